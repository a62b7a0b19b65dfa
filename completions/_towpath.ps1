using namespace System.Management.Automation
using namespace System.Management.Automation.Language

Register-ArgumentCompleter -Native -CommandName 'towpath' -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $commandElements = $commandAst.CommandElements
    $command = @(
        'towpath'
        for ($i = 1; $i -lt $commandElements.Count; $i++) {
            $element = $commandElements[$i]
            if ($element -isnot [StringConstantExpressionAst] -or
                $element.StringConstantType -ne [StringConstantType]::BareWord -or
                $element.Value.StartsWith('-') -or
                $element.Value -eq $wordToComplete) {
                break
        }
        $element.Value
    }) -join ';'

    $completions = @(switch ($command) {
        'towpath' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('-V', '-V ', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Print version')
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show which version of which app runs in which stage')
            [CompletionResult]::new('history', 'history', [CompletionResultType]::ParameterValue, 'Show what was deployed when, where, and by whom')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Show where two stages, times or revisions differ')
            [CompletionResult]::new('trace', 'trace', [CompletionResultType]::ParameterValue, 'Show where a version runs and ran, when it came and went, and how long each step took')
            [CompletionResult]::new('metrics', 'metrics', [CompletionResultType]::ParameterValue, 'Show how often is deployed, how long it takes, how often it fails, and for how long')
            [CompletionResult]::new('audit', 'audit', [CompletionResultType]::ParameterValue, 'Find what the rules do not allow, in all that ever happened')
            [CompletionResult]::new('guard', 'guard', [CompletionResultType]::ParameterValue, 'Judge a pull request: may it change what runs where?')
            [CompletionResult]::new('promote', 'promote', [CompletionResultType]::ParameterValue, 'Take what one stage runs to the next, as a pull request')
            [CompletionResult]::new('deploy', 'deploy', [CompletionResultType]::ParameterValue, 'Put a version into the first stage, or another one')
            [CompletionResult]::new('rollback', 'rollback', [CompletionResultType]::ParameterValue, 'Bring back a version that a stage ran before')
            [CompletionResult]::new('ask', 'ask', [CompletionResultType]::ParameterValue, 'May this version go to that stage? The answer of every gate, and why')
            [CompletionResult]::new('advance', 'advance', [CompletionResultType]::ParameterValue, 'Take every app a step on, where the gates allow it')
            [CompletionResult]::new('record', 'record', [CompletionResultType]::ParameterValue, 'Record how a deployment turned out: for the job that tests it')
            [CompletionResult]::new('approve', 'approve', [CompletionResultType]::ParameterValue, 'Approve a version for a stage, where a gate asks for that')
            [CompletionResult]::new('reject', 'reject', [CompletionResultType]::ParameterValue, 'Reject a version: it goes nowhere any more')
            [CompletionResult]::new('unreject', 'unreject', [CompletionResultType]::ParameterValue, 'Take back the rejection of a version')
            [CompletionResult]::new('release', 'release', [CompletionResultType]::ParameterValue, 'Release a stage from the hold that a rollback has put it on')
            [CompletionResult]::new('lock', 'lock', [CompletionResultType]::ParameterValue, 'Lock an app or a stage: nothing goes there')
            [CompletionResult]::new('unlock', 'unlock', [CompletionResultType]::ParameterValue, 'Take a lock away')
            [CompletionResult]::new('locks', 'locks', [CompletionResultType]::ParameterValue, 'List the locks that hold: what, who, why, and until when')
            [CompletionResult]::new('ledger', 'ledger', [CompletionResultType]::ParameterValue, 'Show the ledger: locks, outcomes, approvals, rejections, holds and broken glass')
            [CompletionResult]::new('proposals', 'proposals', [CompletionResultType]::ParameterValue, 'List, show, merge and close pull requests, on a forge or without one')
            [CompletionResult]::new('plugin', 'plugin', [CompletionResultType]::ParameterValue, 'Write a tag into a file and push it, as a step of Drone or Woodpecker')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Write what towpath finds out about this repository as towpath.yaml')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Show, verify and document the configuration')
            [CompletionResult]::new('demo', 'demo', [CompletionResultType]::ParameterValue, 'Make a small deployment repository and show towpath on it')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script of a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'towpath;status' {
            [CompletionResult]::new('--app', '--app', [CompletionResultType]::ParameterName, 'Only apps that fit; `*` and `?` stand for any text and any character')
            [CompletionResult]::new('--stage', '--stage', [CompletionResultType]::ParameterName, 'Only stages that fit')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'As it was at a revision or a time, with ages counted from there: `v1.2`, `2026-05-05T10:00`, `3 days ago`')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How the answer is written')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the answer is written')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--worktree', '--worktree', [CompletionResultType]::ParameterName, 'Read the files on disk instead of a commit')
            [CompletionResult]::new('--targets', '--targets', [CompletionResultType]::ParameterName, 'Give each target (cluster, region) a column of its own')
            [CompletionResult]::new('--no-since', '--no-since', [CompletionResultType]::ParameterName, 'Do not look up since when each version is there')
            [CompletionResult]::new('--exit-code', '--exit-code', [CompletionResultType]::ParameterName, 'End with 4 when stages differ')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'towpath;history' {
            [CompletionResult]::new('--app', '--app', [CompletionResultType]::ParameterName, 'Only apps that fit; `*` and `?` stand for any text and any character')
            [CompletionResult]::new('--stage', '--stage', [CompletionResultType]::ParameterName, 'Only stages that fit')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Only from this time or revision on: `2026-08-01`, `14:05`, `3 days ago`, `v1.2`')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Only before this time or revision')
            [CompletionResult]::new('--author', '--author', [CompletionResultType]::ParameterName, 'Only by people whose name or address contains this')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'Only of this version: a tag, a digest, the beginning of a commit id, or a pattern with `*`')
            [CompletionResult]::new('--kind', '--kind', [CompletionResultType]::ParameterName, 'Only of these kinds')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Only so many, the newest; 0 for all [default: 50 on a terminal, else all]')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Only so many, the newest; 0 for all [default: 50 on a terminal, else all]')
            [CompletionResult]::new('--every', '--every', [CompletionResultType]::ParameterName, 'With --follow: look so often, such as `1m`')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How the answer is written')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the answer is written')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--exact', '--exact', [CompletionResultType]::ParameterName, 'Give dates and times (in UTC) instead of ages')
            [CompletionResult]::new('-f', '-f', [CompletionResultType]::ParameterName, 'Go on with new deployments as they land, until stopped')
            [CompletionResult]::new('--follow', '--follow', [CompletionResultType]::ParameterName, 'Go on with new deployments as they land, until stopped')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'towpath;diff' {
            [CompletionResult]::new('--app', '--app', [CompletionResultType]::ParameterName, 'Only apps that fit; `*` and `?` stand for any text and any character')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How the answer is written')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the answer is written')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--exit-code', '--exit-code', [CompletionResultType]::ParameterName, 'End with 4 when they differ')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'towpath;trace' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How the answer is written')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the answer is written')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'towpath;metrics' {
            [CompletionResult]::new('--app', '--app', [CompletionResultType]::ParameterName, 'Only apps that fit; `*` and `?` stand for any text and any character')
            [CompletionResult]::new('--stage', '--stage', [CompletionResultType]::ParameterName, 'Only stages that fit')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Only from this time or revision on: `2026-08-01`, `14:05`, `3 days ago`, `v1.2`')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Only before this time or revision')
            [CompletionResult]::new('--tolerance', '--tolerance', [CompletionResultType]::ParameterName, 'A version may come to the stage before this much later: merges overtake each other')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How the answer is written')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the answer is written')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'towpath;audit' {
            [CompletionResult]::new('--app', '--app', [CompletionResultType]::ParameterName, 'Only apps that fit; `*` and `?` stand for any text and any character')
            [CompletionResult]::new('--stage', '--stage', [CompletionResultType]::ParameterName, 'Only stages that fit')
            [CompletionResult]::new('--since', '--since', [CompletionResultType]::ParameterName, 'Only from this time or revision on: `2026-08-01`, `14:05`, `3 days ago`, `v1.2`')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'Only before this time or revision')
            [CompletionResult]::new('--rule', '--rule', [CompletionResultType]::ParameterName, 'Only these rules')
            [CompletionResult]::new('--explain', '--explain', [CompletionResultType]::ParameterName, 'Say what a rule finds, and nothing else')
            [CompletionResult]::new('--fail-on', '--fail-on', [CompletionResultType]::ParameterName, 'End with 3 when something as grave as this is found')
            [CompletionResult]::new('--policy', '--policy', [CompletionResultType]::ParameterName, 'Judge by the gates and permissions of this file, as if they had always been in force')
            [CompletionResult]::new('--baseline', '--baseline', [CompletionResultType]::ParameterName, 'Leave out what this answer of `audit --output json` has already')
            [CompletionResult]::new('--tolerance', '--tolerance', [CompletionResultType]::ParameterName, 'A version may come to the stage before this much later: merges overtake each other')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How the answer is written')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the answer is written')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'List every finding by itself; `table`, `markdown` and `html` fold what repeats itself')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'towpath;guard' {
            [CompletionResult]::new('--base', '--base', [CompletionResultType]::ParameterName, 'The branch it is to be merged into')
            [CompletionResult]::new('--head', '--head', [CompletionResultType]::ParameterName, 'What is to be merged')
            [CompletionResult]::new('--actor', '--actor', [CompletionResultType]::ParameterName, 'Who asks, where the caller knows for certain: the user of a server hook')
            [CompletionResult]::new('--proposal', '--proposal', [CompletionResultType]::ParameterName, 'Ask the forge who opened this pull request')
            [CompletionResult]::new('--event', '--event', [CompletionResultType]::ParameterName, 'The event that the forge''s automation wrote')
            [CompletionResult]::new('--summary', '--summary', [CompletionResultType]::ParameterName, 'Add a summary in Markdown to this file')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How the answer is written')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the answer is written')
            [CompletionResult]::new('--forge', '--forge', [CompletionResultType]::ParameterName, 'The forge of `origin`, where its address does not say: github, gitlab, gitea, forgejo, bitbucket, azure; plain is none')
            [CompletionResult]::new('--forge-api', '--forge-api', [CompletionResultType]::ParameterName, 'The address of the forge''s API, where it is not the usual one')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'towpath;promote' {
            [CompletionResult]::new('--from', '--from', [CompletionResultType]::ParameterName, 'The stage whose versions are taken; the one before `--to` unless said')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'The stage that changes; the first one that has something to get unless said')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'This version, which the earlier stage must have run')
            [CompletionResult]::new('--wait', '--wait', [CompletionResultType]::ParameterName, 'Follow the pull request to its end, for an hour unless said: 0 when it is merged, 3 when it is closed or time is over')
            [CompletionResult]::new('--break-glass', '--break-glass', [CompletionResultType]::ParameterName, 'Do it although gates say no: an emergency, with the reason. It is on record for ever')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'With --break-glass: the incident it is about')
            [CompletionResult]::new('--expires', '--expires', [CompletionResultType]::ParameterName, 'With --break-glass: for so long gates do not stop this version')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Only this target of the stage: a cluster, region or tenant')
            [CompletionResult]::new('--author', '--author', [CompletionResultType]::ParameterName, 'Who wrote it, instead of the user that git knows')
            [CompletionResult]::new('--forge', '--forge', [CompletionResultType]::ParameterName, 'The forge of `origin`, where its address does not say: github, gitlab, gitea, forgejo, bitbucket, azure; plain is none')
            [CompletionResult]::new('--forge-api', '--forge-api', [CompletionResultType]::ParameterName, 'The address of the forge''s API, where it is not the usual one')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How `--dry-run` answers')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How `--dry-run` answers')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'All apps that the stage before has')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print the plan and the change, and touch nothing')
            [CompletionResult]::new('--pr', '--pr', [CompletionResultType]::ParameterName, 'Open or update a pull request (the default)')
            [CompletionResult]::new('--push', '--push', [CompletionResultType]::ParameterName, 'Push straight to the branch that is deployed')
            [CompletionResult]::new('--commit', '--commit', [CompletionResultType]::ParameterName, 'Make a local commit on a branch `towpath/STAGE/APP`')
            [CompletionResult]::new('--patch', '--patch', [CompletionResultType]::ParameterName, 'Print the commit as a mail for `git am`')
            [CompletionResult]::new('--one-pr', '--one-pr', [CompletionResultType]::ParameterName, 'One branch and one pull request for all apps')
            [CompletionResult]::new('--pr-per-app', '--pr-per-app', [CompletionResultType]::ParameterName, 'One branch and one pull request for each app (the default)')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do it without asking')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do it without asking')
            [CompletionResult]::new('--drop-digest', '--drop-digest', [CompletionResultType]::ParameterName, 'A version pinned by its digest may become one without')
            [CompletionResult]::new('--force-automated', '--force-automated', [CompletionResultType]::ParameterName, 'Edit lines that an automation owns (`$imagepolicy`)')
            [CompletionResult]::new('--change-shared', '--change-shared', [CompletionResultType]::ParameterName, 'Edit a value with an anchor, and all that share it')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'towpath;deploy' {
            [CompletionResult]::new('--stage', '--stage', [CompletionResultType]::ParameterName, 'The stage; the first one unless said')
            [CompletionResult]::new('--wait', '--wait', [CompletionResultType]::ParameterName, 'Follow the pull request to its end, for an hour unless said: 0 when it is merged, 3 when it is closed or time is over')
            [CompletionResult]::new('--break-glass', '--break-glass', [CompletionResultType]::ParameterName, 'Do it although gates say no: an emergency, with the reason. It is on record for ever')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'With --break-glass: the incident it is about')
            [CompletionResult]::new('--expires', '--expires', [CompletionResultType]::ParameterName, 'With --break-glass: for so long gates do not stop this version')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Only this target of the stage: a cluster, region or tenant')
            [CompletionResult]::new('--author', '--author', [CompletionResultType]::ParameterName, 'Who wrote it, instead of the user that git knows')
            [CompletionResult]::new('--forge', '--forge', [CompletionResultType]::ParameterName, 'The forge of `origin`, where its address does not say: github, gitlab, gitea, forgejo, bitbucket, azure; plain is none')
            [CompletionResult]::new('--forge-api', '--forge-api', [CompletionResultType]::ParameterName, 'The address of the forge''s API, where it is not the usual one')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How `--dry-run` answers')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How `--dry-run` answers')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print the plan and the change, and touch nothing')
            [CompletionResult]::new('--pr', '--pr', [CompletionResultType]::ParameterName, 'Open or update a pull request (the default)')
            [CompletionResult]::new('--push', '--push', [CompletionResultType]::ParameterName, 'Push straight to the branch that is deployed')
            [CompletionResult]::new('--commit', '--commit', [CompletionResultType]::ParameterName, 'Make a local commit on a branch `towpath/STAGE/APP`')
            [CompletionResult]::new('--patch', '--patch', [CompletionResultType]::ParameterName, 'Print the commit as a mail for `git am`')
            [CompletionResult]::new('--one-pr', '--one-pr', [CompletionResultType]::ParameterName, 'One branch and one pull request for all apps')
            [CompletionResult]::new('--pr-per-app', '--pr-per-app', [CompletionResultType]::ParameterName, 'One branch and one pull request for each app (the default)')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do it without asking')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do it without asking')
            [CompletionResult]::new('--drop-digest', '--drop-digest', [CompletionResultType]::ParameterName, 'A version pinned by its digest may become one without')
            [CompletionResult]::new('--force-automated', '--force-automated', [CompletionResultType]::ParameterName, 'Edit lines that an automation owns (`$imagepolicy`)')
            [CompletionResult]::new('--change-shared', '--change-shared', [CompletionResultType]::ParameterName, 'Edit a value with an anchor, and all that share it')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'towpath;rollback' {
            [CompletionResult]::new('--stage', '--stage', [CompletionResultType]::ParameterName, 'The stage')
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'The version, which the stage must have run')
            [CompletionResult]::new('--wait', '--wait', [CompletionResultType]::ParameterName, 'Follow the pull request to its end, for an hour unless said: 0 when it is merged, 3 when it is closed or time is over')
            [CompletionResult]::new('--break-glass', '--break-glass', [CompletionResultType]::ParameterName, 'Do it although gates say no: an emergency, with the reason. It is on record for ever')
            [CompletionResult]::new('--incident', '--incident', [CompletionResultType]::ParameterName, 'With --break-glass: the incident it is about')
            [CompletionResult]::new('--expires', '--expires', [CompletionResultType]::ParameterName, 'With --break-glass: for so long gates do not stop this version')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Only this target of the stage: a cluster, region or tenant')
            [CompletionResult]::new('--author', '--author', [CompletionResultType]::ParameterName, 'Who wrote it, instead of the user that git knows')
            [CompletionResult]::new('--forge', '--forge', [CompletionResultType]::ParameterName, 'The forge of `origin`, where its address does not say: github, gitlab, gitea, forgejo, bitbucket, azure; plain is none')
            [CompletionResult]::new('--forge-api', '--forge-api', [CompletionResultType]::ParameterName, 'The address of the forge''s API, where it is not the usual one')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How `--dry-run` answers')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How `--dry-run` answers')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Print the plan and the change, and touch nothing')
            [CompletionResult]::new('--pr', '--pr', [CompletionResultType]::ParameterName, 'Open or update a pull request (the default)')
            [CompletionResult]::new('--push', '--push', [CompletionResultType]::ParameterName, 'Push straight to the branch that is deployed')
            [CompletionResult]::new('--commit', '--commit', [CompletionResultType]::ParameterName, 'Make a local commit on a branch `towpath/STAGE/APP`')
            [CompletionResult]::new('--patch', '--patch', [CompletionResultType]::ParameterName, 'Print the commit as a mail for `git am`')
            [CompletionResult]::new('--one-pr', '--one-pr', [CompletionResultType]::ParameterName, 'One branch and one pull request for all apps')
            [CompletionResult]::new('--pr-per-app', '--pr-per-app', [CompletionResultType]::ParameterName, 'One branch and one pull request for each app (the default)')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do it without asking')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do it without asking')
            [CompletionResult]::new('--drop-digest', '--drop-digest', [CompletionResultType]::ParameterName, 'A version pinned by its digest may become one without')
            [CompletionResult]::new('--force-automated', '--force-automated', [CompletionResultType]::ParameterName, 'Edit lines that an automation owns (`$imagepolicy`)')
            [CompletionResult]::new('--change-shared', '--change-shared', [CompletionResultType]::ParameterName, 'Edit a value with an anchor, and all that share it')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'towpath;ask' {
            [CompletionResult]::new('--to', '--to', [CompletionResultType]::ParameterName, 'The stage it is to go to')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Only this target of the stage')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'The version; what the stage before runs, unless said')
            [CompletionResult]::new('--at', '--at', [CompletionResultType]::ParameterName, 'Answer for another time: `2026-08-01T10:00`, `14:05`, `3 days ago`')
            [CompletionResult]::new('--every', '--every', [CompletionResultType]::ParameterName, 'With --wait: look so often')
            [CompletionResult]::new('--timeout', '--timeout', [CompletionResultType]::ParameterName, 'With --wait: give up after so long')
            [CompletionResult]::new('--questions', '--questions', [CompletionResultType]::ParameterName, 'Answer the questions in a file, `-` for the standard input: `APP STAGE [VERSION [TIME]]`, a line each')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How the answer is written')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the answer is written')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--wait', '--wait', [CompletionResultType]::ParameterName, 'Wait until it may, fetching what is new')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'towpath;advance' {
            [CompletionResult]::new('--stage', '--stage', [CompletionResultType]::ParameterName, 'Only what goes to this stage')
            [CompletionResult]::new('--app', '--app', [CompletionResultType]::ParameterName, 'Only this app')
            [CompletionResult]::new('--forge', '--forge', [CompletionResultType]::ParameterName, 'The forge of `origin`, where its address does not say: github, gitlab, gitea, forgejo, bitbucket, azure; plain is none')
            [CompletionResult]::new('--forge-api', '--forge-api', [CompletionResultType]::ParameterName, 'The address of the forge''s API, where it is not the usual one')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--dry-run', '--dry-run', [CompletionResultType]::ParameterName, 'Say what would be done, and touch nothing')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'towpath;record' {
            [CompletionResult]::new('--stage', '--stage', [CompletionResultType]::ParameterName, 'The stage that was tested')
            [CompletionResult]::new('--target', '--target', [CompletionResultType]::ParameterName, 'Only this target of the stage')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'The version; what the stage runs, unless said')
            [CompletionResult]::new('--evidence', '--evidence', [CompletionResultType]::ParameterName, 'Where one can see how it turned out')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Write to this clone only; `towpath ledger push` brings it to the origin')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'towpath;approve' {
            [CompletionResult]::new('--stage', '--stage', [CompletionResultType]::ParameterName, 'The stage it may go to')
            [CompletionResult]::new('--version', '--version', [CompletionResultType]::ParameterName, 'The version; what the stage before runs, unless said')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, for the record')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Write to this clone only; `towpath ledger push` brings it to the origin')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'towpath;reject' {
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, for those who are stopped by it')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Write to this clone only; `towpath ledger push` brings it to the origin')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'towpath;unreject' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Write to this clone only; `towpath ledger push` brings it to the origin')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'towpath;release' {
            [CompletionResult]::new('--stage', '--stage', [CompletionResultType]::ParameterName, 'The stage')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Write to this clone only; `towpath ledger push` brings it to the origin')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'towpath;lock' {
            [CompletionResult]::new('--stage', '--stage', [CompletionResultType]::ParameterName, 'The stage; all stages unless said')
            [CompletionResult]::new('--reason', '--reason', [CompletionResultType]::ParameterName, 'Why, for those who are stopped by it')
            [CompletionResult]::new('--until', '--until', [CompletionResultType]::ParameterName, 'It ends by itself: `2h`, `3d`, or a time such as `18:00` or `2026-12-24T18:00`')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Every app in every stage')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Write to this clone only; `towpath ledger push` brings it to the origin')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'towpath;unlock' {
            [CompletionResult]::new('--stage', '--stage', [CompletionResultType]::ParameterName, 'The stage; all stages unless said')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Every app in every stage')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Write to this clone only; `towpath ledger push` brings it to the origin')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'towpath;locks' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How the answer is written')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the answer is written')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'towpath;ledger' {
            [CompletionResult]::new('--app', '--app', [CompletionResultType]::ParameterName, 'Only about this app')
            [CompletionResult]::new('--stage', '--stage', [CompletionResultType]::ParameterName, 'Only about this stage')
            [CompletionResult]::new('-n', '-n', [CompletionResultType]::ParameterName, 'Only so many, the newest; 0 for all')
            [CompletionResult]::new('--limit', '--limit', [CompletionResultType]::ParameterName, 'Only so many, the newest; 0 for all')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How the answer is written')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the answer is written')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('fetch', 'fetch', [CompletionResultType]::ParameterValue, 'Bring what others have written to the origin')
            [CompletionResult]::new('push', 'push', [CompletionResultType]::ParameterValue, 'Bring what was only written here to the origin')
            [CompletionResult]::new('note', 'note', [CompletionResultType]::ParameterValue, 'Say something about an event: the follow-up of a broken glass')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'towpath;ledger;fetch' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'towpath;ledger;push' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'towpath;ledger;note' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--local', '--local', [CompletionResultType]::ParameterName, 'Write to this clone only; `towpath ledger push` brings it to the origin')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'towpath;ledger;help' {
            [CompletionResult]::new('fetch', 'fetch', [CompletionResultType]::ParameterValue, 'Bring what others have written to the origin')
            [CompletionResult]::new('push', 'push', [CompletionResultType]::ParameterValue, 'Bring what was only written here to the origin')
            [CompletionResult]::new('note', 'note', [CompletionResultType]::ParameterValue, 'Say something about an event: the follow-up of a broken glass')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'towpath;ledger;help;fetch' {
            break
        }
        'towpath;ledger;help;push' {
            break
        }
        'towpath;ledger;help;note' {
            break
        }
        'towpath;ledger;help;help' {
            break
        }
        'towpath;proposals' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the pull requests that are open, newest first')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one pull request: what it is about, whose it is, and what became of it')
            [CompletionResult]::new('merge', 'merge', [CompletionResultType]::ParameterValue, 'Merge a pull request, if its branch is still what was seen and every gate is open')
            [CompletionResult]::new('close', 'close', [CompletionResultType]::ParameterValue, 'Close a pull request without merging it. Its branch stays')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'towpath;proposals;list' {
            [CompletionResult]::new('--forge', '--forge', [CompletionResultType]::ParameterName, 'The forge of `origin`, where its address does not say: github, gitlab, gitea, forgejo, bitbucket, azure; plain is none')
            [CompletionResult]::new('--forge-api', '--forge-api', [CompletionResultType]::ParameterName, 'The address of the forge''s API, where it is not the usual one')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How the answer is written')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the answer is written')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--all', '--all', [CompletionResultType]::ParameterName, 'Also those that are not towpath''s')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'towpath;proposals;show' {
            [CompletionResult]::new('--forge', '--forge', [CompletionResultType]::ParameterName, 'The forge of `origin`, where its address does not say: github, gitlab, gitea, forgejo, bitbucket, azure; plain is none')
            [CompletionResult]::new('--forge-api', '--forge-api', [CompletionResultType]::ParameterName, 'The address of the forge''s API, where it is not the usual one')
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How the answer is written')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the answer is written')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'towpath;proposals;merge' {
            [CompletionResult]::new('--forge', '--forge', [CompletionResultType]::ParameterName, 'The forge of `origin`, where its address does not say: github, gitlab, gitea, forgejo, bitbucket, azure; plain is none')
            [CompletionResult]::new('--forge-api', '--forge-api', [CompletionResultType]::ParameterName, 'The address of the forge''s API, where it is not the usual one')
            [CompletionResult]::new('--method', '--method', [CompletionResultType]::ParameterName, 'merge, squash or rebase; as towpath.yaml says unless given')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Do it without asking')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Do it without asking')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'towpath;proposals;close' {
            [CompletionResult]::new('--forge', '--forge', [CompletionResultType]::ParameterName, 'The forge of `origin`, where its address does not say: github, gitlab, gitea, forgejo, bitbucket, azure; plain is none')
            [CompletionResult]::new('--forge-api', '--forge-api', [CompletionResultType]::ParameterName, 'The address of the forge''s API, where it is not the usual one')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'towpath;proposals;help' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the pull requests that are open, newest first')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one pull request: what it is about, whose it is, and what became of it')
            [CompletionResult]::new('merge', 'merge', [CompletionResultType]::ParameterValue, 'Merge a pull request, if its branch is still what was seen and every gate is open')
            [CompletionResult]::new('close', 'close', [CompletionResultType]::ParameterValue, 'Close a pull request without merging it. Its branch stays')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'towpath;proposals;help;list' {
            break
        }
        'towpath;proposals;help;show' {
            break
        }
        'towpath;proposals;help;merge' {
            break
        }
        'towpath;proposals;help;close' {
            break
        }
        'towpath;proposals;help;help' {
            break
        }
        'towpath;plugin' {
            [CompletionResult]::new('--git-repo', '--git-repo', [CompletionResultType]::ParameterName, 'The URL of the deployment repository')
            [CompletionResult]::new('--to-branch', '--to-branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s default')
            [CompletionResult]::new('--image-tag', '--image-tag', [CompletionResultType]::ParameterName, 'The tag to write')
            [CompletionResult]::new('--destination-file', '--destination-file', [CompletionResultType]::ParameterName, 'The file that holds the tag, as a path in the repository; made if it is not there')
            [CompletionResult]::new('--author-name', '--author-name', [CompletionResultType]::ParameterName, 'Who makes the commit, unless git knows')
            [CompletionResult]::new('--author-email', '--author-email', [CompletionResultType]::ParameterName, 'The address to that name')
            [CompletionResult]::new('--commit-message', '--commit-message', [CompletionResultType]::ParameterName, 'The message; `$PLUGIN_IMAGE_TAG` and the other settings are replaced by their values')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'towpath;init' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('-y', '-y', [CompletionResultType]::ParameterName, 'Take the proposal without asking')
            [CompletionResult]::new('--yes', '--yes', [CompletionResultType]::ParameterName, 'Take the proposal without asking')
            [CompletionResult]::new('--force', '--force', [CompletionResultType]::ParameterName, 'Overwrite a towpath.yaml that is there')
            [CompletionResult]::new('--stdout', '--stdout', [CompletionResultType]::ParameterName, 'Print the file instead of writing it')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'towpath;config' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show the configuration that counts, with where each value comes from')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Verify a configuration file')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print the JSON Schema of towpath.yaml')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'towpath;config;show' {
            [CompletionResult]::new('-o', '-o', [CompletionResultType]::ParameterName, 'How the answer is written')
            [CompletionResult]::new('--output', '--output', [CompletionResultType]::ParameterName, 'How the answer is written')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'towpath;config;check' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'towpath;config;schema' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'towpath;config;help' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show the configuration that counts, with where each value comes from')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Verify a configuration file')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print the JSON Schema of towpath.yaml')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'towpath;config;help;show' {
            break
        }
        'towpath;config;help;check' {
            break
        }
        'towpath;config;help;schema' {
            break
        }
        'towpath;config;help;help' {
            break
        }
        'towpath;demo' {
            [CompletionResult]::new('--dir', '--dir', [CompletionResultType]::ParameterName, 'Make it in this folder, which is empty or not there yet')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--no-tour', '--no-tour', [CompletionResultType]::ParameterName, 'Only make it, and print where it is')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'towpath;completions' {
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'towpath;man' {
            [CompletionResult]::new('--dir', '--dir', [CompletionResultType]::ParameterName, 'Write a page for each command into this folder instead')
            [CompletionResult]::new('-C', '-C ', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--repo', '--repo', [CompletionResultType]::ParameterName, 'The deployment repository: a folder, a bare repository or a URL')
            [CompletionResult]::new('--branch', '--branch', [CompletionResultType]::ParameterName, 'The branch that is deployed, instead of the repository''s own')
            [CompletionResult]::new('--config', '--config', [CompletionResultType]::ParameterName, 'The configuration, instead of the repository''s towpath.yaml')
            [CompletionResult]::new('--max-age', '--max-age', [CompletionResultType]::ParameterName, 'Fetch a repository named by URL again when its copy is older than this, such as `1h`')
            [CompletionResult]::new('--color', '--color', [CompletionResultType]::ParameterName, 'When to use colour')
            [CompletionResult]::new('--read-only', '--read-only', [CompletionResultType]::ParameterName, 'Write nothing, anywhere, not even to the cache; commands that would are refused')
            [CompletionResult]::new('--allow-commands', '--allow-commands', [CompletionResultType]::ParameterName, 'Run the commands that gates in the repository''s towpath.yaml name')
            [CompletionResult]::new('--no-index', '--no-index', [CompletionResultType]::ParameterName, 'Read all history anew, and keep no index of it')
            [CompletionResult]::new('-q', '-q', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('--quiet', '--quiet', [CompletionResultType]::ParameterName, 'Say only the answer and errors')
            [CompletionResult]::new('-v', '-v', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('--verbose', '--verbose', [CompletionResultType]::ParameterName, 'Say more: every warning, and what was assumed')
            [CompletionResult]::new('-h', '-h', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            [CompletionResult]::new('--help', '--help', [CompletionResultType]::ParameterName, 'Print help (see more with ''--help'')')
            break
        }
        'towpath;help' {
            [CompletionResult]::new('status', 'status', [CompletionResultType]::ParameterValue, 'Show which version of which app runs in which stage')
            [CompletionResult]::new('history', 'history', [CompletionResultType]::ParameterValue, 'Show what was deployed when, where, and by whom')
            [CompletionResult]::new('diff', 'diff', [CompletionResultType]::ParameterValue, 'Show where two stages, times or revisions differ')
            [CompletionResult]::new('trace', 'trace', [CompletionResultType]::ParameterValue, 'Show where a version runs and ran, when it came and went, and how long each step took')
            [CompletionResult]::new('metrics', 'metrics', [CompletionResultType]::ParameterValue, 'Show how often is deployed, how long it takes, how often it fails, and for how long')
            [CompletionResult]::new('audit', 'audit', [CompletionResultType]::ParameterValue, 'Find what the rules do not allow, in all that ever happened')
            [CompletionResult]::new('guard', 'guard', [CompletionResultType]::ParameterValue, 'Judge a pull request: may it change what runs where?')
            [CompletionResult]::new('promote', 'promote', [CompletionResultType]::ParameterValue, 'Take what one stage runs to the next, as a pull request')
            [CompletionResult]::new('deploy', 'deploy', [CompletionResultType]::ParameterValue, 'Put a version into the first stage, or another one')
            [CompletionResult]::new('rollback', 'rollback', [CompletionResultType]::ParameterValue, 'Bring back a version that a stage ran before')
            [CompletionResult]::new('ask', 'ask', [CompletionResultType]::ParameterValue, 'May this version go to that stage? The answer of every gate, and why')
            [CompletionResult]::new('advance', 'advance', [CompletionResultType]::ParameterValue, 'Take every app a step on, where the gates allow it')
            [CompletionResult]::new('record', 'record', [CompletionResultType]::ParameterValue, 'Record how a deployment turned out: for the job that tests it')
            [CompletionResult]::new('approve', 'approve', [CompletionResultType]::ParameterValue, 'Approve a version for a stage, where a gate asks for that')
            [CompletionResult]::new('reject', 'reject', [CompletionResultType]::ParameterValue, 'Reject a version: it goes nowhere any more')
            [CompletionResult]::new('unreject', 'unreject', [CompletionResultType]::ParameterValue, 'Take back the rejection of a version')
            [CompletionResult]::new('release', 'release', [CompletionResultType]::ParameterValue, 'Release a stage from the hold that a rollback has put it on')
            [CompletionResult]::new('lock', 'lock', [CompletionResultType]::ParameterValue, 'Lock an app or a stage: nothing goes there')
            [CompletionResult]::new('unlock', 'unlock', [CompletionResultType]::ParameterValue, 'Take a lock away')
            [CompletionResult]::new('locks', 'locks', [CompletionResultType]::ParameterValue, 'List the locks that hold: what, who, why, and until when')
            [CompletionResult]::new('ledger', 'ledger', [CompletionResultType]::ParameterValue, 'Show the ledger: locks, outcomes, approvals, rejections, holds and broken glass')
            [CompletionResult]::new('proposals', 'proposals', [CompletionResultType]::ParameterValue, 'List, show, merge and close pull requests, on a forge or without one')
            [CompletionResult]::new('plugin', 'plugin', [CompletionResultType]::ParameterValue, 'Write a tag into a file and push it, as a step of Drone or Woodpecker')
            [CompletionResult]::new('init', 'init', [CompletionResultType]::ParameterValue, 'Write what towpath finds out about this repository as towpath.yaml')
            [CompletionResult]::new('config', 'config', [CompletionResultType]::ParameterValue, 'Show, verify and document the configuration')
            [CompletionResult]::new('demo', 'demo', [CompletionResultType]::ParameterValue, 'Make a small deployment repository and show towpath on it')
            [CompletionResult]::new('completions', 'completions', [CompletionResultType]::ParameterValue, 'Print the completion script of a shell')
            [CompletionResult]::new('man', 'man', [CompletionResultType]::ParameterValue, 'Print the manual page')
            [CompletionResult]::new('help', 'help', [CompletionResultType]::ParameterValue, 'Print this message or the help of the given subcommand(s)')
            break
        }
        'towpath;help;status' {
            break
        }
        'towpath;help;history' {
            break
        }
        'towpath;help;diff' {
            break
        }
        'towpath;help;trace' {
            break
        }
        'towpath;help;metrics' {
            break
        }
        'towpath;help;audit' {
            break
        }
        'towpath;help;guard' {
            break
        }
        'towpath;help;promote' {
            break
        }
        'towpath;help;deploy' {
            break
        }
        'towpath;help;rollback' {
            break
        }
        'towpath;help;ask' {
            break
        }
        'towpath;help;advance' {
            break
        }
        'towpath;help;record' {
            break
        }
        'towpath;help;approve' {
            break
        }
        'towpath;help;reject' {
            break
        }
        'towpath;help;unreject' {
            break
        }
        'towpath;help;release' {
            break
        }
        'towpath;help;lock' {
            break
        }
        'towpath;help;unlock' {
            break
        }
        'towpath;help;locks' {
            break
        }
        'towpath;help;ledger' {
            [CompletionResult]::new('fetch', 'fetch', [CompletionResultType]::ParameterValue, 'Bring what others have written to the origin')
            [CompletionResult]::new('push', 'push', [CompletionResultType]::ParameterValue, 'Bring what was only written here to the origin')
            [CompletionResult]::new('note', 'note', [CompletionResultType]::ParameterValue, 'Say something about an event: the follow-up of a broken glass')
            break
        }
        'towpath;help;ledger;fetch' {
            break
        }
        'towpath;help;ledger;push' {
            break
        }
        'towpath;help;ledger;note' {
            break
        }
        'towpath;help;proposals' {
            [CompletionResult]::new('list', 'list', [CompletionResultType]::ParameterValue, 'List the pull requests that are open, newest first')
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show one pull request: what it is about, whose it is, and what became of it')
            [CompletionResult]::new('merge', 'merge', [CompletionResultType]::ParameterValue, 'Merge a pull request, if its branch is still what was seen and every gate is open')
            [CompletionResult]::new('close', 'close', [CompletionResultType]::ParameterValue, 'Close a pull request without merging it. Its branch stays')
            break
        }
        'towpath;help;proposals;list' {
            break
        }
        'towpath;help;proposals;show' {
            break
        }
        'towpath;help;proposals;merge' {
            break
        }
        'towpath;help;proposals;close' {
            break
        }
        'towpath;help;plugin' {
            break
        }
        'towpath;help;init' {
            break
        }
        'towpath;help;config' {
            [CompletionResult]::new('show', 'show', [CompletionResultType]::ParameterValue, 'Show the configuration that counts, with where each value comes from')
            [CompletionResult]::new('check', 'check', [CompletionResultType]::ParameterValue, 'Verify a configuration file')
            [CompletionResult]::new('schema', 'schema', [CompletionResultType]::ParameterValue, 'Print the JSON Schema of towpath.yaml')
            break
        }
        'towpath;help;config;show' {
            break
        }
        'towpath;help;config;check' {
            break
        }
        'towpath;help;config;schema' {
            break
        }
        'towpath;help;demo' {
            break
        }
        'towpath;help;completions' {
            break
        }
        'towpath;help;man' {
            break
        }
        'towpath;help;help' {
            break
        }
    })

    $completions.Where{ $_.CompletionText -like "$wordToComplete*" } |
        Sort-Object -Property ListItemText
}
