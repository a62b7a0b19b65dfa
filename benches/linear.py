"""Writes as many commits as asked for, as one stream for `git fast-import`."""

import sys

CONFIG = "stages: [dev, prod]\nsources: [{yaml: 'tags/{stage}/{app}.yaml', tag: tag}]\n"
APPS = 100


def commit(number, path, text):
    time = 1_500_000_000 + number * 60
    message = f"commit {number}"
    return (
        f"commit refs/heads/main\ncommitter Ann <ann@example.com> {time} +0000\ndata {len(message)}\n{message}\n"
        f"M 100644 inline {path}\ndata {len(text)}\n{text}\n"
    )


def main():
    sys.stdout.write(commit(0, "towpath.yaml", CONFIG))
    for number in range(1, int(sys.argv[1])):
        # A version goes to dev, and with the next commit to prod.
        version, stage = number // 2, ("dev", "prod")[number % 2]
        sys.stdout.write(commit(number, f"tags/{stage}/app-{version % APPS}.yaml", f"tag: v{version}\n"))


if __name__ == "__main__":
    main()
