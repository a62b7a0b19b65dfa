// node sarif.cjs FILE...: is each a SARIF log by the published schema?
const { readFileSync } = require('node:fs');
const { basename } = require('node:path');
const Ajv = require('ajv');

const published = '@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json';
const ajv = new Ajv({ schemaId: 'auto', allErrors: true, meta: false, unknownFormats: 'ignore', logger: false });
ajv.addMetaSchema(require('ajv/lib/refs/json-schema-draft-04.json'));
const schema = JSON.parse(readFileSync(require.resolve(published)));
const fits = ajv.compile(schema);

// A judge that takes everything would be none.
if (fits({ version: '2.1.0', runs: [{ results: [] }] }) || fits({ version: '2.0', runs: [] })) {
  throw new Error('the schema takes what is no SARIF');
}

let failed = process.argv.length < 3;
for (const file of process.argv.slice(2)) {
  const log = JSON.parse(readFileSync(file));
  const wrong = fits(log) ? [] : fits.errors;
  console.log(`${basename(file)}: ${log.runs?.[0]?.results?.length} results, ${wrong.length} break the schema`);
  for (const error of wrong.slice(0, 10)) console.log(`    ${error.dataPath} ${error.message}`);
  failed ||= wrong.length > 0;
}
process.exit(failed ? 1 : 0);
