#!/usr/bin/env bash
# hostile.sh FOLDER: a deployment repository that tries to get into a page with every text it has.
set -euo pipefail
git init -q -b main "$1"
cd "$1"
script='<script>window.pwned=1</script>'
handler='"><img src=http://127.0.0.1:9/x onerror=window.pwned=1>'
override=$(printf '\342\200\256txt.exe\342\200\254')
control=$(printf 'a\033[31mb\302\205c')
commit() {
    GIT_AUTHOR_DATE=$1 GIT_COMMITTER_DATE=$1 git -c user.name="$script$override" -c user.email="$handler@x" \
        commit -q -am "Merge pull request #7 $handler $control </style></title>$script {{ 7*7 }} {% raw %}"
}
deploy() { printf "tag: '%s'\n" "${3//\'/\'\'}" >"$1/$2.yaml"; }
cat >towpath.yaml <<'YAML'
stages: [dev, "p'rod"]
sources:
  - yaml: '{stage}/{app}.yaml'
    tag: tag
permissions: { "p'rod": [nobody] }
YAML
mkdir dev "p'rod"
apps=("web" "<b onmouseover=window.pwned=1>" "${override}app" "&lt;&#x3c;svg onload=window.pwned=1>" "' style=position:fixed;inset:0 x='" "${control}")
for app in "${apps[@]}"; do
    deploy dev "$app" v1
    deploy "p'rod" "$app" v1
done
git add .
commit 2026-08-01T10:00:00Z
day=9
for app in "${apps[@]}"; do
    number=0
    for version in "$script" "$handler" "javascript:window.pwned=1" "v2${override}" "$(head -c 400 /dev/zero | tr '\0' x)"; do
        number=$((number + 1))
        day=$((day < 28 ? day + 1 : 28))
        # The last two never were in dev.
        if [ "$number" -le 3 ]; then
            deploy dev "$app" "$version"
            commit "2026-08-${day}T10:0$number:00Z"
        fi
        deploy "p'rod" "$app" "$version"
        commit "2026-08-${day}T11:0$number:00Z"
    done
done
