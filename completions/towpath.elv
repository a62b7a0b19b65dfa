use builtin;
use str;

set edit:completion:arg-completer[towpath] = {|@words|
    fn spaces {|n|
        builtin:repeat $n ' ' | str:join ''
    }
    fn cand {|text desc|
        edit:complex-candidate $text &display=$text' '(spaces (- 14 (wcswidth $text)))$desc
    }
    var command = 'towpath'
    for word $words[1..-1] {
        if (str:has-prefix $word '-') {
            break
        }
        set command = $command';'$word
    }
    var completions = [
        &'towpath'= {
            cand -C 'The deployment repository: a folder, a bare repository or a URL'
            cand --repo 'The deployment repository: a folder, a bare repository or a URL'
            cand --branch 'The branch that is deployed, instead of the repository''s own'
            cand --config 'The configuration, instead of the repository''s towpath.yaml'
            cand --max-age 'Fetch a repository named by URL again when its copy is older than this, such as `1h`'
            cand --color 'When to use colour'
            cand --read-only 'Change nothing: no repository, none of its files'
            cand --no-index 'Read all history anew, and keep no index of it'
            cand -q 'Say only the answer and errors'
            cand --quiet 'Say only the answer and errors'
            cand -v 'Say more: every warning, and what was assumed'
            cand --verbose 'Say more: every warning, and what was assumed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand -V 'Print version'
            cand --version 'Print version'
            cand status 'Show which version of which app runs in which stage'
            cand history 'Show what was deployed when, where, and by whom'
            cand diff 'Show where two stages, times or revisions differ'
            cand trace 'Show where a version runs and ran, when it came and went, and how long each step took'
            cand metrics 'Show how often is deployed, how long it takes, how often it fails, and for how long'
            cand promote 'Take what one stage runs to the next, as a pull request'
            cand deploy 'Put a version into the first stage, or another one'
            cand rollback 'Bring back a version that a stage ran before'
            cand ask 'May this version go to that stage? The answer of every gate, and why'
            cand advance 'Take every app a step on, where the gates allow it'
            cand record 'Record how a deployment turned out: for the job that tests it'
            cand approve 'Approve a version for a stage, where a gate asks for that'
            cand reject 'Reject a version: it goes nowhere any more'
            cand unreject 'Take back the rejection of a version'
            cand release 'Release a stage from the hold that a rollback has put it on'
            cand lock 'Lock an app or a stage: nothing goes there'
            cand unlock 'Take a lock away'
            cand locks 'List the locks that hold: what, who, why, and until when'
            cand ledger 'Show the ledger: locks, outcomes, approvals, rejections, holds and broken glass'
            cand proposals 'List, show, merge and close pull requests, on a forge or without one'
            cand plugin 'Write a tag into a file and push it, as a step of Drone or Woodpecker'
            cand init 'Write what towpath finds out about this repository as towpath.yaml'
            cand config 'Show, verify and document the configuration'
            cand demo 'Make a small deployment repository and show towpath on it'
            cand completions 'Print the completion script of a shell'
            cand man 'Print the manual page'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'towpath;status'= {
            cand --app 'Only apps that fit; `*` and `?` stand for any text and any character'
            cand --stage 'Only stages that fit'
            cand --at 'As it was at a revision or a time, with ages counted from there: `v1.2`, `2026-05-05T10:00`, `3 days ago`'
            cand -o 'How the answer is written'
            cand --output 'How the answer is written'
            cand -C 'The deployment repository: a folder, a bare repository or a URL'
            cand --repo 'The deployment repository: a folder, a bare repository or a URL'
            cand --branch 'The branch that is deployed, instead of the repository''s own'
            cand --config 'The configuration, instead of the repository''s towpath.yaml'
            cand --max-age 'Fetch a repository named by URL again when its copy is older than this, such as `1h`'
            cand --color 'When to use colour'
            cand --worktree 'Read the files on disk instead of a commit'
            cand --targets 'Give each target (cluster, region) a column of its own'
            cand --no-since 'Do not look up since when each version is there'
            cand --exit-code 'End with 4 when stages differ'
            cand --read-only 'Change nothing: no repository, none of its files'
            cand --no-index 'Read all history anew, and keep no index of it'
            cand -q 'Say only the answer and errors'
            cand --quiet 'Say only the answer and errors'
            cand -v 'Say more: every warning, and what was assumed'
            cand --verbose 'Say more: every warning, and what was assumed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'towpath;history'= {
            cand --app 'Only apps that fit; `*` and `?` stand for any text and any character'
            cand --stage 'Only stages that fit'
            cand --since 'Only from this time or revision on: `2026-08-01`, `14:05`, `3 days ago`, `v1.2`'
            cand --until 'Only before this time or revision'
            cand --author 'Only by people whose name or address contains this'
            cand --version 'Only of this version: a tag, a digest, the beginning of a commit id, or a pattern with `*`'
            cand --kind 'Only of these kinds'
            cand -n 'Only so many, the newest; 0 for all [default: 50 on a terminal, else all]'
            cand --limit 'Only so many, the newest; 0 for all [default: 50 on a terminal, else all]'
            cand --every 'With --follow: look so often, such as `1m`'
            cand -o 'How the answer is written'
            cand --output 'How the answer is written'
            cand -C 'The deployment repository: a folder, a bare repository or a URL'
            cand --repo 'The deployment repository: a folder, a bare repository or a URL'
            cand --branch 'The branch that is deployed, instead of the repository''s own'
            cand --config 'The configuration, instead of the repository''s towpath.yaml'
            cand --max-age 'Fetch a repository named by URL again when its copy is older than this, such as `1h`'
            cand --color 'When to use colour'
            cand --exact 'Give dates and times (in UTC) instead of ages'
            cand -f 'Go on with new deployments as they land, until stopped'
            cand --follow 'Go on with new deployments as they land, until stopped'
            cand --read-only 'Change nothing: no repository, none of its files'
            cand --no-index 'Read all history anew, and keep no index of it'
            cand -q 'Say only the answer and errors'
            cand --quiet 'Say only the answer and errors'
            cand -v 'Say more: every warning, and what was assumed'
            cand --verbose 'Say more: every warning, and what was assumed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'towpath;diff'= {
            cand --app 'Only apps that fit; `*` and `?` stand for any text and any character'
            cand -o 'How the answer is written'
            cand --output 'How the answer is written'
            cand -C 'The deployment repository: a folder, a bare repository or a URL'
            cand --repo 'The deployment repository: a folder, a bare repository or a URL'
            cand --branch 'The branch that is deployed, instead of the repository''s own'
            cand --config 'The configuration, instead of the repository''s towpath.yaml'
            cand --max-age 'Fetch a repository named by URL again when its copy is older than this, such as `1h`'
            cand --color 'When to use colour'
            cand --exit-code 'End with 4 when they differ'
            cand --read-only 'Change nothing: no repository, none of its files'
            cand --no-index 'Read all history anew, and keep no index of it'
            cand -q 'Say only the answer and errors'
            cand --quiet 'Say only the answer and errors'
            cand -v 'Say more: every warning, and what was assumed'
            cand --verbose 'Say more: every warning, and what was assumed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'towpath;trace'= {
            cand -o 'How the answer is written'
            cand --output 'How the answer is written'
            cand -C 'The deployment repository: a folder, a bare repository or a URL'
            cand --repo 'The deployment repository: a folder, a bare repository or a URL'
            cand --branch 'The branch that is deployed, instead of the repository''s own'
            cand --config 'The configuration, instead of the repository''s towpath.yaml'
            cand --max-age 'Fetch a repository named by URL again when its copy is older than this, such as `1h`'
            cand --color 'When to use colour'
            cand --read-only 'Change nothing: no repository, none of its files'
            cand --no-index 'Read all history anew, and keep no index of it'
            cand -q 'Say only the answer and errors'
            cand --quiet 'Say only the answer and errors'
            cand -v 'Say more: every warning, and what was assumed'
            cand --verbose 'Say more: every warning, and what was assumed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'towpath;metrics'= {
            cand --app 'Only apps that fit; `*` and `?` stand for any text and any character'
            cand --stage 'Only stages that fit'
            cand --since 'Only from this time or revision on: `2026-08-01`, `14:05`, `3 days ago`, `v1.2`'
            cand --until 'Only before this time or revision'
            cand --tolerance 'A version may come to the stage before this much later: merges overtake each other'
            cand -o 'How the answer is written'
            cand --output 'How the answer is written'
            cand -C 'The deployment repository: a folder, a bare repository or a URL'
            cand --repo 'The deployment repository: a folder, a bare repository or a URL'
            cand --branch 'The branch that is deployed, instead of the repository''s own'
            cand --config 'The configuration, instead of the repository''s towpath.yaml'
            cand --max-age 'Fetch a repository named by URL again when its copy is older than this, such as `1h`'
            cand --color 'When to use colour'
            cand --read-only 'Change nothing: no repository, none of its files'
            cand --no-index 'Read all history anew, and keep no index of it'
            cand -q 'Say only the answer and errors'
            cand --quiet 'Say only the answer and errors'
            cand -v 'Say more: every warning, and what was assumed'
            cand --verbose 'Say more: every warning, and what was assumed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'towpath;promote'= {
            cand --from 'The stage whose versions are taken; the one before `--to` unless said'
            cand --to 'The stage that changes; the first one that has something to get unless said'
            cand --version 'This version, which the earlier stage must have run'
            cand --wait 'Follow the pull request to its end, for an hour unless said: 0 when it is merged, 3 when it is closed or time is over'
            cand --break-glass 'Do it although gates say no: an emergency, with the reason. It is on record for ever'
            cand --incident 'With --break-glass: the incident it is about'
            cand --expires 'With --break-glass: for so long gates do not stop this version'
            cand --target 'Only this target of the stage: a cluster, region or tenant'
            cand --author 'Who wrote it, instead of the user that git knows'
            cand --forge 'The forge of `origin`, where its address does not say: github, gitlab, gitea, forgejo, bitbucket, azure; plain is none'
            cand --forge-api 'The address of the forge''s API, where it is not the usual one'
            cand -o 'How `--dry-run` answers'
            cand --output 'How `--dry-run` answers'
            cand -C 'The deployment repository: a folder, a bare repository or a URL'
            cand --repo 'The deployment repository: a folder, a bare repository or a URL'
            cand --branch 'The branch that is deployed, instead of the repository''s own'
            cand --config 'The configuration, instead of the repository''s towpath.yaml'
            cand --max-age 'Fetch a repository named by URL again when its copy is older than this, such as `1h`'
            cand --color 'When to use colour'
            cand --all 'All apps that the stage before has'
            cand --dry-run 'Print the plan and the change, and touch nothing'
            cand --pr 'Open or update a pull request (the default)'
            cand --push 'Push straight to the branch that is deployed'
            cand --commit 'Make a local commit on a branch `towpath/STAGE/APP`'
            cand --patch 'Print the commit as a mail for `git am`'
            cand --one-pr 'One branch and one pull request for all apps'
            cand --pr-per-app 'One branch and one pull request for each app (the default)'
            cand -y 'Do it without asking'
            cand --yes 'Do it without asking'
            cand --drop-digest 'A version pinned by its digest may become one without'
            cand --force-automated 'Edit lines that an automation owns (`$imagepolicy`)'
            cand --change-shared 'Edit a value with an anchor, and all that share it'
            cand --read-only 'Change nothing: no repository, none of its files'
            cand --no-index 'Read all history anew, and keep no index of it'
            cand -q 'Say only the answer and errors'
            cand --quiet 'Say only the answer and errors'
            cand -v 'Say more: every warning, and what was assumed'
            cand --verbose 'Say more: every warning, and what was assumed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'towpath;deploy'= {
            cand --stage 'The stage; the first one unless said'
            cand --wait 'Follow the pull request to its end, for an hour unless said: 0 when it is merged, 3 when it is closed or time is over'
            cand --break-glass 'Do it although gates say no: an emergency, with the reason. It is on record for ever'
            cand --incident 'With --break-glass: the incident it is about'
            cand --expires 'With --break-glass: for so long gates do not stop this version'
            cand --target 'Only this target of the stage: a cluster, region or tenant'
            cand --author 'Who wrote it, instead of the user that git knows'
            cand --forge 'The forge of `origin`, where its address does not say: github, gitlab, gitea, forgejo, bitbucket, azure; plain is none'
            cand --forge-api 'The address of the forge''s API, where it is not the usual one'
            cand -o 'How `--dry-run` answers'
            cand --output 'How `--dry-run` answers'
            cand -C 'The deployment repository: a folder, a bare repository or a URL'
            cand --repo 'The deployment repository: a folder, a bare repository or a URL'
            cand --branch 'The branch that is deployed, instead of the repository''s own'
            cand --config 'The configuration, instead of the repository''s towpath.yaml'
            cand --max-age 'Fetch a repository named by URL again when its copy is older than this, such as `1h`'
            cand --color 'When to use colour'
            cand --dry-run 'Print the plan and the change, and touch nothing'
            cand --pr 'Open or update a pull request (the default)'
            cand --push 'Push straight to the branch that is deployed'
            cand --commit 'Make a local commit on a branch `towpath/STAGE/APP`'
            cand --patch 'Print the commit as a mail for `git am`'
            cand --one-pr 'One branch and one pull request for all apps'
            cand --pr-per-app 'One branch and one pull request for each app (the default)'
            cand -y 'Do it without asking'
            cand --yes 'Do it without asking'
            cand --drop-digest 'A version pinned by its digest may become one without'
            cand --force-automated 'Edit lines that an automation owns (`$imagepolicy`)'
            cand --change-shared 'Edit a value with an anchor, and all that share it'
            cand --read-only 'Change nothing: no repository, none of its files'
            cand --no-index 'Read all history anew, and keep no index of it'
            cand -q 'Say only the answer and errors'
            cand --quiet 'Say only the answer and errors'
            cand -v 'Say more: every warning, and what was assumed'
            cand --verbose 'Say more: every warning, and what was assumed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'towpath;rollback'= {
            cand --stage 'The stage'
            cand --to 'The version, which the stage must have run'
            cand --wait 'Follow the pull request to its end, for an hour unless said: 0 when it is merged, 3 when it is closed or time is over'
            cand --break-glass 'Do it although gates say no: an emergency, with the reason. It is on record for ever'
            cand --incident 'With --break-glass: the incident it is about'
            cand --expires 'With --break-glass: for so long gates do not stop this version'
            cand --target 'Only this target of the stage: a cluster, region or tenant'
            cand --author 'Who wrote it, instead of the user that git knows'
            cand --forge 'The forge of `origin`, where its address does not say: github, gitlab, gitea, forgejo, bitbucket, azure; plain is none'
            cand --forge-api 'The address of the forge''s API, where it is not the usual one'
            cand -o 'How `--dry-run` answers'
            cand --output 'How `--dry-run` answers'
            cand -C 'The deployment repository: a folder, a bare repository or a URL'
            cand --repo 'The deployment repository: a folder, a bare repository or a URL'
            cand --branch 'The branch that is deployed, instead of the repository''s own'
            cand --config 'The configuration, instead of the repository''s towpath.yaml'
            cand --max-age 'Fetch a repository named by URL again when its copy is older than this, such as `1h`'
            cand --color 'When to use colour'
            cand --dry-run 'Print the plan and the change, and touch nothing'
            cand --pr 'Open or update a pull request (the default)'
            cand --push 'Push straight to the branch that is deployed'
            cand --commit 'Make a local commit on a branch `towpath/STAGE/APP`'
            cand --patch 'Print the commit as a mail for `git am`'
            cand --one-pr 'One branch and one pull request for all apps'
            cand --pr-per-app 'One branch and one pull request for each app (the default)'
            cand -y 'Do it without asking'
            cand --yes 'Do it without asking'
            cand --drop-digest 'A version pinned by its digest may become one without'
            cand --force-automated 'Edit lines that an automation owns (`$imagepolicy`)'
            cand --change-shared 'Edit a value with an anchor, and all that share it'
            cand --read-only 'Change nothing: no repository, none of its files'
            cand --no-index 'Read all history anew, and keep no index of it'
            cand -q 'Say only the answer and errors'
            cand --quiet 'Say only the answer and errors'
            cand -v 'Say more: every warning, and what was assumed'
            cand --verbose 'Say more: every warning, and what was assumed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'towpath;ask'= {
            cand --to 'The stage it is to go to'
            cand --target 'Only this target of the stage'
            cand --version 'The version; what the stage before runs, unless said'
            cand --at 'Answer for another time: `2026-08-01T10:00`, `14:05`, `3 days ago`'
            cand --every 'With --wait: look so often'
            cand --timeout 'With --wait: give up after so long'
            cand --questions 'Answer the questions in a file, `-` for the standard input: `APP STAGE [VERSION [TIME]]`, a line each'
            cand -o 'How the answer is written'
            cand --output 'How the answer is written'
            cand -C 'The deployment repository: a folder, a bare repository or a URL'
            cand --repo 'The deployment repository: a folder, a bare repository or a URL'
            cand --branch 'The branch that is deployed, instead of the repository''s own'
            cand --config 'The configuration, instead of the repository''s towpath.yaml'
            cand --max-age 'Fetch a repository named by URL again when its copy is older than this, such as `1h`'
            cand --color 'When to use colour'
            cand --wait 'Wait until it may, fetching what is new'
            cand --read-only 'Change nothing: no repository, none of its files'
            cand --no-index 'Read all history anew, and keep no index of it'
            cand -q 'Say only the answer and errors'
            cand --quiet 'Say only the answer and errors'
            cand -v 'Say more: every warning, and what was assumed'
            cand --verbose 'Say more: every warning, and what was assumed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'towpath;advance'= {
            cand --stage 'Only what goes to this stage'
            cand --app 'Only this app'
            cand --forge 'The forge of `origin`, where its address does not say: github, gitlab, gitea, forgejo, bitbucket, azure; plain is none'
            cand --forge-api 'The address of the forge''s API, where it is not the usual one'
            cand -C 'The deployment repository: a folder, a bare repository or a URL'
            cand --repo 'The deployment repository: a folder, a bare repository or a URL'
            cand --branch 'The branch that is deployed, instead of the repository''s own'
            cand --config 'The configuration, instead of the repository''s towpath.yaml'
            cand --max-age 'Fetch a repository named by URL again when its copy is older than this, such as `1h`'
            cand --color 'When to use colour'
            cand --dry-run 'Say what would be done, and touch nothing'
            cand --read-only 'Change nothing: no repository, none of its files'
            cand --no-index 'Read all history anew, and keep no index of it'
            cand -q 'Say only the answer and errors'
            cand --quiet 'Say only the answer and errors'
            cand -v 'Say more: every warning, and what was assumed'
            cand --verbose 'Say more: every warning, and what was assumed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'towpath;record'= {
            cand --stage 'The stage that was tested'
            cand --target 'Only this target of the stage'
            cand --version 'The version; what the stage runs, unless said'
            cand --evidence 'Where one can see how it turned out'
            cand -C 'The deployment repository: a folder, a bare repository or a URL'
            cand --repo 'The deployment repository: a folder, a bare repository or a URL'
            cand --branch 'The branch that is deployed, instead of the repository''s own'
            cand --config 'The configuration, instead of the repository''s towpath.yaml'
            cand --max-age 'Fetch a repository named by URL again when its copy is older than this, such as `1h`'
            cand --color 'When to use colour'
            cand --local 'Write to this clone only; `towpath ledger push` brings it to the origin'
            cand --read-only 'Change nothing: no repository, none of its files'
            cand --no-index 'Read all history anew, and keep no index of it'
            cand -q 'Say only the answer and errors'
            cand --quiet 'Say only the answer and errors'
            cand -v 'Say more: every warning, and what was assumed'
            cand --verbose 'Say more: every warning, and what was assumed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'towpath;approve'= {
            cand --stage 'The stage it may go to'
            cand --version 'The version; what the stage before runs, unless said'
            cand --reason 'Why, for the record'
            cand -C 'The deployment repository: a folder, a bare repository or a URL'
            cand --repo 'The deployment repository: a folder, a bare repository or a URL'
            cand --branch 'The branch that is deployed, instead of the repository''s own'
            cand --config 'The configuration, instead of the repository''s towpath.yaml'
            cand --max-age 'Fetch a repository named by URL again when its copy is older than this, such as `1h`'
            cand --color 'When to use colour'
            cand --local 'Write to this clone only; `towpath ledger push` brings it to the origin'
            cand --read-only 'Change nothing: no repository, none of its files'
            cand --no-index 'Read all history anew, and keep no index of it'
            cand -q 'Say only the answer and errors'
            cand --quiet 'Say only the answer and errors'
            cand -v 'Say more: every warning, and what was assumed'
            cand --verbose 'Say more: every warning, and what was assumed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'towpath;reject'= {
            cand --reason 'Why, for those who are stopped by it'
            cand -C 'The deployment repository: a folder, a bare repository or a URL'
            cand --repo 'The deployment repository: a folder, a bare repository or a URL'
            cand --branch 'The branch that is deployed, instead of the repository''s own'
            cand --config 'The configuration, instead of the repository''s towpath.yaml'
            cand --max-age 'Fetch a repository named by URL again when its copy is older than this, such as `1h`'
            cand --color 'When to use colour'
            cand --local 'Write to this clone only; `towpath ledger push` brings it to the origin'
            cand --read-only 'Change nothing: no repository, none of its files'
            cand --no-index 'Read all history anew, and keep no index of it'
            cand -q 'Say only the answer and errors'
            cand --quiet 'Say only the answer and errors'
            cand -v 'Say more: every warning, and what was assumed'
            cand --verbose 'Say more: every warning, and what was assumed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'towpath;unreject'= {
            cand -C 'The deployment repository: a folder, a bare repository or a URL'
            cand --repo 'The deployment repository: a folder, a bare repository or a URL'
            cand --branch 'The branch that is deployed, instead of the repository''s own'
            cand --config 'The configuration, instead of the repository''s towpath.yaml'
            cand --max-age 'Fetch a repository named by URL again when its copy is older than this, such as `1h`'
            cand --color 'When to use colour'
            cand --local 'Write to this clone only; `towpath ledger push` brings it to the origin'
            cand --read-only 'Change nothing: no repository, none of its files'
            cand --no-index 'Read all history anew, and keep no index of it'
            cand -q 'Say only the answer and errors'
            cand --quiet 'Say only the answer and errors'
            cand -v 'Say more: every warning, and what was assumed'
            cand --verbose 'Say more: every warning, and what was assumed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'towpath;release'= {
            cand --stage 'The stage'
            cand -C 'The deployment repository: a folder, a bare repository or a URL'
            cand --repo 'The deployment repository: a folder, a bare repository or a URL'
            cand --branch 'The branch that is deployed, instead of the repository''s own'
            cand --config 'The configuration, instead of the repository''s towpath.yaml'
            cand --max-age 'Fetch a repository named by URL again when its copy is older than this, such as `1h`'
            cand --color 'When to use colour'
            cand --local 'Write to this clone only; `towpath ledger push` brings it to the origin'
            cand --read-only 'Change nothing: no repository, none of its files'
            cand --no-index 'Read all history anew, and keep no index of it'
            cand -q 'Say only the answer and errors'
            cand --quiet 'Say only the answer and errors'
            cand -v 'Say more: every warning, and what was assumed'
            cand --verbose 'Say more: every warning, and what was assumed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'towpath;lock'= {
            cand --stage 'The stage; all stages unless said'
            cand --reason 'Why, for those who are stopped by it'
            cand --until 'It ends by itself: `2h`, or a time such as `18:00` or `2026-12-24T18:00`'
            cand -C 'The deployment repository: a folder, a bare repository or a URL'
            cand --repo 'The deployment repository: a folder, a bare repository or a URL'
            cand --branch 'The branch that is deployed, instead of the repository''s own'
            cand --config 'The configuration, instead of the repository''s towpath.yaml'
            cand --max-age 'Fetch a repository named by URL again when its copy is older than this, such as `1h`'
            cand --color 'When to use colour'
            cand --all 'Every app in every stage'
            cand --local 'Write to this clone only; `towpath ledger push` brings it to the origin'
            cand --read-only 'Change nothing: no repository, none of its files'
            cand --no-index 'Read all history anew, and keep no index of it'
            cand -q 'Say only the answer and errors'
            cand --quiet 'Say only the answer and errors'
            cand -v 'Say more: every warning, and what was assumed'
            cand --verbose 'Say more: every warning, and what was assumed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'towpath;unlock'= {
            cand --stage 'The stage; all stages unless said'
            cand -C 'The deployment repository: a folder, a bare repository or a URL'
            cand --repo 'The deployment repository: a folder, a bare repository or a URL'
            cand --branch 'The branch that is deployed, instead of the repository''s own'
            cand --config 'The configuration, instead of the repository''s towpath.yaml'
            cand --max-age 'Fetch a repository named by URL again when its copy is older than this, such as `1h`'
            cand --color 'When to use colour'
            cand --all 'Every app in every stage'
            cand --local 'Write to this clone only; `towpath ledger push` brings it to the origin'
            cand --read-only 'Change nothing: no repository, none of its files'
            cand --no-index 'Read all history anew, and keep no index of it'
            cand -q 'Say only the answer and errors'
            cand --quiet 'Say only the answer and errors'
            cand -v 'Say more: every warning, and what was assumed'
            cand --verbose 'Say more: every warning, and what was assumed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'towpath;locks'= {
            cand -o 'How the answer is written'
            cand --output 'How the answer is written'
            cand -C 'The deployment repository: a folder, a bare repository or a URL'
            cand --repo 'The deployment repository: a folder, a bare repository or a URL'
            cand --branch 'The branch that is deployed, instead of the repository''s own'
            cand --config 'The configuration, instead of the repository''s towpath.yaml'
            cand --max-age 'Fetch a repository named by URL again when its copy is older than this, such as `1h`'
            cand --color 'When to use colour'
            cand --read-only 'Change nothing: no repository, none of its files'
            cand --no-index 'Read all history anew, and keep no index of it'
            cand -q 'Say only the answer and errors'
            cand --quiet 'Say only the answer and errors'
            cand -v 'Say more: every warning, and what was assumed'
            cand --verbose 'Say more: every warning, and what was assumed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'towpath;ledger'= {
            cand --app 'Only about this app'
            cand --stage 'Only about this stage'
            cand -n 'Only so many, the newest; 0 for all'
            cand --limit 'Only so many, the newest; 0 for all'
            cand -o 'How the answer is written'
            cand --output 'How the answer is written'
            cand -C 'The deployment repository: a folder, a bare repository or a URL'
            cand --repo 'The deployment repository: a folder, a bare repository or a URL'
            cand --branch 'The branch that is deployed, instead of the repository''s own'
            cand --config 'The configuration, instead of the repository''s towpath.yaml'
            cand --max-age 'Fetch a repository named by URL again when its copy is older than this, such as `1h`'
            cand --color 'When to use colour'
            cand --read-only 'Change nothing: no repository, none of its files'
            cand --no-index 'Read all history anew, and keep no index of it'
            cand -q 'Say only the answer and errors'
            cand --quiet 'Say only the answer and errors'
            cand -v 'Say more: every warning, and what was assumed'
            cand --verbose 'Say more: every warning, and what was assumed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand fetch 'Bring what others have written to the origin'
            cand push 'Bring what was only written here to the origin'
            cand note 'Say something about an event: the follow-up of a broken glass'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'towpath;ledger;fetch'= {
            cand -C 'The deployment repository: a folder, a bare repository or a URL'
            cand --repo 'The deployment repository: a folder, a bare repository or a URL'
            cand --branch 'The branch that is deployed, instead of the repository''s own'
            cand --config 'The configuration, instead of the repository''s towpath.yaml'
            cand --max-age 'Fetch a repository named by URL again when its copy is older than this, such as `1h`'
            cand --color 'When to use colour'
            cand --read-only 'Change nothing: no repository, none of its files'
            cand --no-index 'Read all history anew, and keep no index of it'
            cand -q 'Say only the answer and errors'
            cand --quiet 'Say only the answer and errors'
            cand -v 'Say more: every warning, and what was assumed'
            cand --verbose 'Say more: every warning, and what was assumed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'towpath;ledger;push'= {
            cand -C 'The deployment repository: a folder, a bare repository or a URL'
            cand --repo 'The deployment repository: a folder, a bare repository or a URL'
            cand --branch 'The branch that is deployed, instead of the repository''s own'
            cand --config 'The configuration, instead of the repository''s towpath.yaml'
            cand --max-age 'Fetch a repository named by URL again when its copy is older than this, such as `1h`'
            cand --color 'When to use colour'
            cand --read-only 'Change nothing: no repository, none of its files'
            cand --no-index 'Read all history anew, and keep no index of it'
            cand -q 'Say only the answer and errors'
            cand --quiet 'Say only the answer and errors'
            cand -v 'Say more: every warning, and what was assumed'
            cand --verbose 'Say more: every warning, and what was assumed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'towpath;ledger;note'= {
            cand -C 'The deployment repository: a folder, a bare repository or a URL'
            cand --repo 'The deployment repository: a folder, a bare repository or a URL'
            cand --branch 'The branch that is deployed, instead of the repository''s own'
            cand --config 'The configuration, instead of the repository''s towpath.yaml'
            cand --max-age 'Fetch a repository named by URL again when its copy is older than this, such as `1h`'
            cand --color 'When to use colour'
            cand --local 'Write to this clone only; `towpath ledger push` brings it to the origin'
            cand --read-only 'Change nothing: no repository, none of its files'
            cand --no-index 'Read all history anew, and keep no index of it'
            cand -q 'Say only the answer and errors'
            cand --quiet 'Say only the answer and errors'
            cand -v 'Say more: every warning, and what was assumed'
            cand --verbose 'Say more: every warning, and what was assumed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'towpath;ledger;help'= {
            cand fetch 'Bring what others have written to the origin'
            cand push 'Bring what was only written here to the origin'
            cand note 'Say something about an event: the follow-up of a broken glass'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'towpath;ledger;help;fetch'= {
        }
        &'towpath;ledger;help;push'= {
        }
        &'towpath;ledger;help;note'= {
        }
        &'towpath;ledger;help;help'= {
        }
        &'towpath;proposals'= {
            cand -C 'The deployment repository: a folder, a bare repository or a URL'
            cand --repo 'The deployment repository: a folder, a bare repository or a URL'
            cand --branch 'The branch that is deployed, instead of the repository''s own'
            cand --config 'The configuration, instead of the repository''s towpath.yaml'
            cand --max-age 'Fetch a repository named by URL again when its copy is older than this, such as `1h`'
            cand --color 'When to use colour'
            cand --read-only 'Change nothing: no repository, none of its files'
            cand --no-index 'Read all history anew, and keep no index of it'
            cand -q 'Say only the answer and errors'
            cand --quiet 'Say only the answer and errors'
            cand -v 'Say more: every warning, and what was assumed'
            cand --verbose 'Say more: every warning, and what was assumed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand list 'List the pull requests that are open, newest first'
            cand show 'Show one pull request: what it is about, whose it is, and what became of it'
            cand merge 'Merge a pull request, if its branch is still what was seen'
            cand close 'Close a pull request without merging it. Its branch stays'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'towpath;proposals;list'= {
            cand --forge 'The forge of `origin`, where its address does not say: github, gitlab, gitea, forgejo, bitbucket, azure; plain is none'
            cand --forge-api 'The address of the forge''s API, where it is not the usual one'
            cand -o 'How the answer is written'
            cand --output 'How the answer is written'
            cand -C 'The deployment repository: a folder, a bare repository or a URL'
            cand --repo 'The deployment repository: a folder, a bare repository or a URL'
            cand --branch 'The branch that is deployed, instead of the repository''s own'
            cand --config 'The configuration, instead of the repository''s towpath.yaml'
            cand --max-age 'Fetch a repository named by URL again when its copy is older than this, such as `1h`'
            cand --color 'When to use colour'
            cand --all 'Also those that are not towpath''s'
            cand --read-only 'Change nothing: no repository, none of its files'
            cand --no-index 'Read all history anew, and keep no index of it'
            cand -q 'Say only the answer and errors'
            cand --quiet 'Say only the answer and errors'
            cand -v 'Say more: every warning, and what was assumed'
            cand --verbose 'Say more: every warning, and what was assumed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'towpath;proposals;show'= {
            cand --forge 'The forge of `origin`, where its address does not say: github, gitlab, gitea, forgejo, bitbucket, azure; plain is none'
            cand --forge-api 'The address of the forge''s API, where it is not the usual one'
            cand -o 'How the answer is written'
            cand --output 'How the answer is written'
            cand -C 'The deployment repository: a folder, a bare repository or a URL'
            cand --repo 'The deployment repository: a folder, a bare repository or a URL'
            cand --branch 'The branch that is deployed, instead of the repository''s own'
            cand --config 'The configuration, instead of the repository''s towpath.yaml'
            cand --max-age 'Fetch a repository named by URL again when its copy is older than this, such as `1h`'
            cand --color 'When to use colour'
            cand --read-only 'Change nothing: no repository, none of its files'
            cand --no-index 'Read all history anew, and keep no index of it'
            cand -q 'Say only the answer and errors'
            cand --quiet 'Say only the answer and errors'
            cand -v 'Say more: every warning, and what was assumed'
            cand --verbose 'Say more: every warning, and what was assumed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'towpath;proposals;merge'= {
            cand --forge 'The forge of `origin`, where its address does not say: github, gitlab, gitea, forgejo, bitbucket, azure; plain is none'
            cand --forge-api 'The address of the forge''s API, where it is not the usual one'
            cand --method 'merge, squash or rebase; as towpath.yaml says unless given'
            cand -C 'The deployment repository: a folder, a bare repository or a URL'
            cand --repo 'The deployment repository: a folder, a bare repository or a URL'
            cand --branch 'The branch that is deployed, instead of the repository''s own'
            cand --config 'The configuration, instead of the repository''s towpath.yaml'
            cand --max-age 'Fetch a repository named by URL again when its copy is older than this, such as `1h`'
            cand --color 'When to use colour'
            cand -y 'Do it without asking'
            cand --yes 'Do it without asking'
            cand --read-only 'Change nothing: no repository, none of its files'
            cand --no-index 'Read all history anew, and keep no index of it'
            cand -q 'Say only the answer and errors'
            cand --quiet 'Say only the answer and errors'
            cand -v 'Say more: every warning, and what was assumed'
            cand --verbose 'Say more: every warning, and what was assumed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'towpath;proposals;close'= {
            cand --forge 'The forge of `origin`, where its address does not say: github, gitlab, gitea, forgejo, bitbucket, azure; plain is none'
            cand --forge-api 'The address of the forge''s API, where it is not the usual one'
            cand -C 'The deployment repository: a folder, a bare repository or a URL'
            cand --repo 'The deployment repository: a folder, a bare repository or a URL'
            cand --branch 'The branch that is deployed, instead of the repository''s own'
            cand --config 'The configuration, instead of the repository''s towpath.yaml'
            cand --max-age 'Fetch a repository named by URL again when its copy is older than this, such as `1h`'
            cand --color 'When to use colour'
            cand --read-only 'Change nothing: no repository, none of its files'
            cand --no-index 'Read all history anew, and keep no index of it'
            cand -q 'Say only the answer and errors'
            cand --quiet 'Say only the answer and errors'
            cand -v 'Say more: every warning, and what was assumed'
            cand --verbose 'Say more: every warning, and what was assumed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'towpath;proposals;help'= {
            cand list 'List the pull requests that are open, newest first'
            cand show 'Show one pull request: what it is about, whose it is, and what became of it'
            cand merge 'Merge a pull request, if its branch is still what was seen'
            cand close 'Close a pull request without merging it. Its branch stays'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'towpath;proposals;help;list'= {
        }
        &'towpath;proposals;help;show'= {
        }
        &'towpath;proposals;help;merge'= {
        }
        &'towpath;proposals;help;close'= {
        }
        &'towpath;proposals;help;help'= {
        }
        &'towpath;plugin'= {
            cand --git-repo 'The URL of the deployment repository'
            cand --to-branch 'The branch that is deployed, instead of the repository''s default'
            cand --image-tag 'The tag to write'
            cand --destination-file 'The file that holds the tag, as a path in the repository; made if it is not there'
            cand --author-name 'Who makes the commit, unless git knows'
            cand --author-email 'The address to that name'
            cand --commit-message 'The message; `$PLUGIN_IMAGE_TAG` and the other settings are replaced by their values'
            cand -C 'The deployment repository: a folder, a bare repository or a URL'
            cand --repo 'The deployment repository: a folder, a bare repository or a URL'
            cand --branch 'The branch that is deployed, instead of the repository''s own'
            cand --config 'The configuration, instead of the repository''s towpath.yaml'
            cand --max-age 'Fetch a repository named by URL again when its copy is older than this, such as `1h`'
            cand --color 'When to use colour'
            cand --read-only 'Change nothing: no repository, none of its files'
            cand --no-index 'Read all history anew, and keep no index of it'
            cand -q 'Say only the answer and errors'
            cand --quiet 'Say only the answer and errors'
            cand -v 'Say more: every warning, and what was assumed'
            cand --verbose 'Say more: every warning, and what was assumed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'towpath;init'= {
            cand -C 'The deployment repository: a folder, a bare repository or a URL'
            cand --repo 'The deployment repository: a folder, a bare repository or a URL'
            cand --branch 'The branch that is deployed, instead of the repository''s own'
            cand --config 'The configuration, instead of the repository''s towpath.yaml'
            cand --max-age 'Fetch a repository named by URL again when its copy is older than this, such as `1h`'
            cand --color 'When to use colour'
            cand -y 'Take the proposal without asking'
            cand --yes 'Take the proposal without asking'
            cand --force 'Overwrite a towpath.yaml that is there'
            cand --stdout 'Print the file instead of writing it'
            cand --read-only 'Change nothing: no repository, none of its files'
            cand --no-index 'Read all history anew, and keep no index of it'
            cand -q 'Say only the answer and errors'
            cand --quiet 'Say only the answer and errors'
            cand -v 'Say more: every warning, and what was assumed'
            cand --verbose 'Say more: every warning, and what was assumed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'towpath;config'= {
            cand -C 'The deployment repository: a folder, a bare repository or a URL'
            cand --repo 'The deployment repository: a folder, a bare repository or a URL'
            cand --branch 'The branch that is deployed, instead of the repository''s own'
            cand --config 'The configuration, instead of the repository''s towpath.yaml'
            cand --max-age 'Fetch a repository named by URL again when its copy is older than this, such as `1h`'
            cand --color 'When to use colour'
            cand --read-only 'Change nothing: no repository, none of its files'
            cand --no-index 'Read all history anew, and keep no index of it'
            cand -q 'Say only the answer and errors'
            cand --quiet 'Say only the answer and errors'
            cand -v 'Say more: every warning, and what was assumed'
            cand --verbose 'Say more: every warning, and what was assumed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
            cand show 'Show the configuration that counts, with where each value comes from'
            cand check 'Verify a configuration file'
            cand schema 'Print the JSON Schema of towpath.yaml'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'towpath;config;show'= {
            cand -o 'How the answer is written'
            cand --output 'How the answer is written'
            cand -C 'The deployment repository: a folder, a bare repository or a URL'
            cand --repo 'The deployment repository: a folder, a bare repository or a URL'
            cand --branch 'The branch that is deployed, instead of the repository''s own'
            cand --config 'The configuration, instead of the repository''s towpath.yaml'
            cand --max-age 'Fetch a repository named by URL again when its copy is older than this, such as `1h`'
            cand --color 'When to use colour'
            cand --read-only 'Change nothing: no repository, none of its files'
            cand --no-index 'Read all history anew, and keep no index of it'
            cand -q 'Say only the answer and errors'
            cand --quiet 'Say only the answer and errors'
            cand -v 'Say more: every warning, and what was assumed'
            cand --verbose 'Say more: every warning, and what was assumed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'towpath;config;check'= {
            cand -C 'The deployment repository: a folder, a bare repository or a URL'
            cand --repo 'The deployment repository: a folder, a bare repository or a URL'
            cand --branch 'The branch that is deployed, instead of the repository''s own'
            cand --config 'The configuration, instead of the repository''s towpath.yaml'
            cand --max-age 'Fetch a repository named by URL again when its copy is older than this, such as `1h`'
            cand --color 'When to use colour'
            cand --read-only 'Change nothing: no repository, none of its files'
            cand --no-index 'Read all history anew, and keep no index of it'
            cand -q 'Say only the answer and errors'
            cand --quiet 'Say only the answer and errors'
            cand -v 'Say more: every warning, and what was assumed'
            cand --verbose 'Say more: every warning, and what was assumed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'towpath;config;schema'= {
            cand -C 'The deployment repository: a folder, a bare repository or a URL'
            cand --repo 'The deployment repository: a folder, a bare repository or a URL'
            cand --branch 'The branch that is deployed, instead of the repository''s own'
            cand --config 'The configuration, instead of the repository''s towpath.yaml'
            cand --max-age 'Fetch a repository named by URL again when its copy is older than this, such as `1h`'
            cand --color 'When to use colour'
            cand --read-only 'Change nothing: no repository, none of its files'
            cand --no-index 'Read all history anew, and keep no index of it'
            cand -q 'Say only the answer and errors'
            cand --quiet 'Say only the answer and errors'
            cand -v 'Say more: every warning, and what was assumed'
            cand --verbose 'Say more: every warning, and what was assumed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'towpath;config;help'= {
            cand show 'Show the configuration that counts, with where each value comes from'
            cand check 'Verify a configuration file'
            cand schema 'Print the JSON Schema of towpath.yaml'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'towpath;config;help;show'= {
        }
        &'towpath;config;help;check'= {
        }
        &'towpath;config;help;schema'= {
        }
        &'towpath;config;help;help'= {
        }
        &'towpath;demo'= {
            cand --dir 'Make it in this folder, which is empty or not there yet'
            cand -C 'The deployment repository: a folder, a bare repository or a URL'
            cand --repo 'The deployment repository: a folder, a bare repository or a URL'
            cand --branch 'The branch that is deployed, instead of the repository''s own'
            cand --config 'The configuration, instead of the repository''s towpath.yaml'
            cand --max-age 'Fetch a repository named by URL again when its copy is older than this, such as `1h`'
            cand --color 'When to use colour'
            cand --no-tour 'Only make it, and print where it is'
            cand --read-only 'Change nothing: no repository, none of its files'
            cand --no-index 'Read all history anew, and keep no index of it'
            cand -q 'Say only the answer and errors'
            cand --quiet 'Say only the answer and errors'
            cand -v 'Say more: every warning, and what was assumed'
            cand --verbose 'Say more: every warning, and what was assumed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'towpath;completions'= {
            cand -C 'The deployment repository: a folder, a bare repository or a URL'
            cand --repo 'The deployment repository: a folder, a bare repository or a URL'
            cand --branch 'The branch that is deployed, instead of the repository''s own'
            cand --config 'The configuration, instead of the repository''s towpath.yaml'
            cand --max-age 'Fetch a repository named by URL again when its copy is older than this, such as `1h`'
            cand --color 'When to use colour'
            cand --read-only 'Change nothing: no repository, none of its files'
            cand --no-index 'Read all history anew, and keep no index of it'
            cand -q 'Say only the answer and errors'
            cand --quiet 'Say only the answer and errors'
            cand -v 'Say more: every warning, and what was assumed'
            cand --verbose 'Say more: every warning, and what was assumed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'towpath;man'= {
            cand --dir 'Write a page for each command into this folder instead'
            cand -C 'The deployment repository: a folder, a bare repository or a URL'
            cand --repo 'The deployment repository: a folder, a bare repository or a URL'
            cand --branch 'The branch that is deployed, instead of the repository''s own'
            cand --config 'The configuration, instead of the repository''s towpath.yaml'
            cand --max-age 'Fetch a repository named by URL again when its copy is older than this, such as `1h`'
            cand --color 'When to use colour'
            cand --read-only 'Change nothing: no repository, none of its files'
            cand --no-index 'Read all history anew, and keep no index of it'
            cand -q 'Say only the answer and errors'
            cand --quiet 'Say only the answer and errors'
            cand -v 'Say more: every warning, and what was assumed'
            cand --verbose 'Say more: every warning, and what was assumed'
            cand -h 'Print help (see more with ''--help'')'
            cand --help 'Print help (see more with ''--help'')'
        }
        &'towpath;help'= {
            cand status 'Show which version of which app runs in which stage'
            cand history 'Show what was deployed when, where, and by whom'
            cand diff 'Show where two stages, times or revisions differ'
            cand trace 'Show where a version runs and ran, when it came and went, and how long each step took'
            cand metrics 'Show how often is deployed, how long it takes, how often it fails, and for how long'
            cand promote 'Take what one stage runs to the next, as a pull request'
            cand deploy 'Put a version into the first stage, or another one'
            cand rollback 'Bring back a version that a stage ran before'
            cand ask 'May this version go to that stage? The answer of every gate, and why'
            cand advance 'Take every app a step on, where the gates allow it'
            cand record 'Record how a deployment turned out: for the job that tests it'
            cand approve 'Approve a version for a stage, where a gate asks for that'
            cand reject 'Reject a version: it goes nowhere any more'
            cand unreject 'Take back the rejection of a version'
            cand release 'Release a stage from the hold that a rollback has put it on'
            cand lock 'Lock an app or a stage: nothing goes there'
            cand unlock 'Take a lock away'
            cand locks 'List the locks that hold: what, who, why, and until when'
            cand ledger 'Show the ledger: locks, outcomes, approvals, rejections, holds and broken glass'
            cand proposals 'List, show, merge and close pull requests, on a forge or without one'
            cand plugin 'Write a tag into a file and push it, as a step of Drone or Woodpecker'
            cand init 'Write what towpath finds out about this repository as towpath.yaml'
            cand config 'Show, verify and document the configuration'
            cand demo 'Make a small deployment repository and show towpath on it'
            cand completions 'Print the completion script of a shell'
            cand man 'Print the manual page'
            cand help 'Print this message or the help of the given subcommand(s)'
        }
        &'towpath;help;status'= {
        }
        &'towpath;help;history'= {
        }
        &'towpath;help;diff'= {
        }
        &'towpath;help;trace'= {
        }
        &'towpath;help;metrics'= {
        }
        &'towpath;help;promote'= {
        }
        &'towpath;help;deploy'= {
        }
        &'towpath;help;rollback'= {
        }
        &'towpath;help;ask'= {
        }
        &'towpath;help;advance'= {
        }
        &'towpath;help;record'= {
        }
        &'towpath;help;approve'= {
        }
        &'towpath;help;reject'= {
        }
        &'towpath;help;unreject'= {
        }
        &'towpath;help;release'= {
        }
        &'towpath;help;lock'= {
        }
        &'towpath;help;unlock'= {
        }
        &'towpath;help;locks'= {
        }
        &'towpath;help;ledger'= {
            cand fetch 'Bring what others have written to the origin'
            cand push 'Bring what was only written here to the origin'
            cand note 'Say something about an event: the follow-up of a broken glass'
        }
        &'towpath;help;ledger;fetch'= {
        }
        &'towpath;help;ledger;push'= {
        }
        &'towpath;help;ledger;note'= {
        }
        &'towpath;help;proposals'= {
            cand list 'List the pull requests that are open, newest first'
            cand show 'Show one pull request: what it is about, whose it is, and what became of it'
            cand merge 'Merge a pull request, if its branch is still what was seen'
            cand close 'Close a pull request without merging it. Its branch stays'
        }
        &'towpath;help;proposals;list'= {
        }
        &'towpath;help;proposals;show'= {
        }
        &'towpath;help;proposals;merge'= {
        }
        &'towpath;help;proposals;close'= {
        }
        &'towpath;help;plugin'= {
        }
        &'towpath;help;init'= {
        }
        &'towpath;help;config'= {
            cand show 'Show the configuration that counts, with where each value comes from'
            cand check 'Verify a configuration file'
            cand schema 'Print the JSON Schema of towpath.yaml'
        }
        &'towpath;help;config;show'= {
        }
        &'towpath;help;config;check'= {
        }
        &'towpath;help;config;schema'= {
        }
        &'towpath;help;demo'= {
        }
        &'towpath;help;completions'= {
        }
        &'towpath;help;man'= {
        }
        &'towpath;help;help'= {
        }
    ]
    $completions[$command]
}
