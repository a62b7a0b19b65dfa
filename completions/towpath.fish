complete --keep-order --exclusive --command towpath --arguments "(COMPLETE=fish towpath -- (commandline --current-process --tokenize --cut-at-cursor) (commandline --current-token))"
