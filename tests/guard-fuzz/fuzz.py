"""Changes small repositories at random, and looks for changes of production that guard lets pass.

    KUBECTL=kubectl KUSTOMIZE=kustomize HELM=helm COMPOSE=docker-compose TOWPATH=towpath \
        [KIND=argo] tests/guard-fuzz/fuzz.py [COUNT [SEED]]

Each mutant is a pull request of a stranger: some edits, additions, renames and links in a repository
whose `permissions` leave prod to a bot. Of KIND `plain` it has a kustomize overlay, a Helm chart and
a compose stack; `argo` has applications of Argo CD, and is left out without KUSTOMIZE. `kubectl
kustomize`, `helm template` and `docker-compose config` build prod before and after. If the images
differ, guard must have refused (exit code 3). A change that passes becomes part of the base now and then, so that attacks in two steps
are made too. Exit code 1 when one got through; its files stay in the folder that is named.
"""

import collections
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile

import yaml

import argo
import seeds

KUBECTL = os.environ.get("KUBECTL", "kubectl")
HELM = os.environ.get("HELM", "helm")
# Empty where there is none: the stacks are then changed, but not judged.
COMPOSE = os.environ.get("COMPOSE", "")
TOWPATH = os.environ.get("TOWPATH", "towpath")
KINDS = ["plain", "argo"] if argo.KUSTOMIZE else ["plain"]
KINDS = [os.environ["KIND"]] if os.environ.get("KIND") else KINDS
LOADER = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
LOOK_ALIKES = {"k": "\u212a", "s": "\u017f"}


class Repository:
    def __init__(self, folder, environment, kind="plain"):
        self.folder, self.environment, self.kind = folder, environment, kind

    def run(self, *command, check=True):
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True,
            errors="replace", check=False, timeout=60,
        )
        if check and done.returncode != 0:
            raise RuntimeError(f"{command}: {done.stderr}")
        return done

    def git(self, *arguments, **options):
        return self.run("git", *arguments, **options)

    def commit(self):
        self.git("add", "-A")
        self.git("commit", "-qm", "change", "--allow-empty")
        return self.git("rev-parse", "HEAD").stdout.strip()

    def files(self):
        listed = self.git("ls-files", "-z").stdout.split("\0")
        return [path for path in listed if path and path != "towpath.yaml"]

    def path(self, name):
        return os.path.join(self.folder, name)

    def read(self, name):
        with open(self.path(name), encoding="utf-8", newline="") as file:
            return file.read()

    def write(self, name, text):
        path = self.path(name)
        if os.path.islink(path) or os.path.isdir(path):
            return
        os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(text)

    def built(self):
        """The images of prod, or None where a program cannot build it."""
        if self.kind == "argo":
            applications = argo.built(self)
            return applications if None not in applications.values() else None
        kustomized = self.run(KUBECTL, "kustomize", "apps/api/overlays/prod", check=False)
        rendered = self.run(
            HELM, "template", "web", "charts/web", "-f", "charts/web/values-prod.yaml", check=False
        )
        if kustomized.returncode != 0 or rendered.returncode != 0:
            return None
        try:
            built = images_of(kustomized.stdout), images_of(rendered.stdout)
            return built + self.composed() if COMPOSE else built
        except yaml.YAMLError:
            return None


    def composed(self):
        """The images of the stack, as `docker-compose up` in its folder would take them."""
        stack = Repository(self.path("stacks/prod"), self.environment)
        if not os.path.isdir(stack.folder):
            return (set(),)
        done = stack.run(COMPOSE, "config", check=False)
        return (images_of(done.stdout),) if done.returncode == 0 else (None,)


def images_of(text):
    """The container, with the key of its list, and the image of each place that runs one."""
    found = set()

    def walk(value, key=""):
        if isinstance(value, dict):
            if isinstance(value.get("image"), str):
                found.add(((key, str(value.get("name"))), value["image"]))
            for name, child in value.items():
                walk(child, name)
        elif isinstance(value, list):
            for child in value:
                walk(child, key)

    for document in yaml.load_all(text, Loader=LOADER):
        if isinstance(document, dict) and document.get("kind") not in ("ConfigMap", "Secret"):
            # Compose prints extensions, and runs none of them.
            walk({key: value for key, value in document.items() if not str(key).startswith("x-")})
    return found


def sides_of(before, after):
    """The builds that there are on both sides, in pairs. An application that goes takes its images
    with it; one that is new is an app of its own."""
    if isinstance(before, dict):
        return [(images, after.get(name, set())) for name, images in before.items()]
    return zip(before, after)


def has_moved(before, after):
    """True if an image comes or goes, or a container runs another one. A further container with an
    image that runs already is no change of what runs, for the mapping as for this."""
    if {image for _, image in before} != {image for _, image in after}:
        return True
    known = {name for name, _ in before}
    return any(name in known for name, _ in after - before)


def create(repository, chance):
    if repository.kind == "argo":
        argo.create(repository, chance)
        return
    overlay, extra = seeds.OVERLAY, {}
    features = chance.sample(sorted(seeds.FEATURES), chance.randint(0, 3))
    used = set()
    for name in features:
        text, files = seeds.FEATURES[name]
        keys = set(re.findall(r"(?m)^([a-zA-Z]+):", text))
        if keys & used:
            continue
        used |= keys
        overlay += text.replace("{", "{{").replace("}", "}}")
        extra.update(files)
    repository.write("towpath.yaml", seeds.CONFIG)
    repository.write("README.md", "words\n")
    base = "resources:\n- deployment.yaml\n- cron.yaml\n"
    repository.write("apps/api/base/kustomization.yaml", base)
    repository.write("apps/api/base/deployment.yaml", seeds.DEPLOYMENT)
    repository.write("apps/api/base/cron.yaml", seeds.CRON_JOB)
    for stage, tag in (("dev", "v3"), ("staging", "v2"), ("prod", "v1")):
        folder = f"apps/api/overlays/{stage}"
        repository.write(f"{folder}/kustomization.yaml", overlay.format(tag=tag))
        for name, text in extra.items():
            repository.write(os.path.normpath(f"{folder}/{name}"), text)
        repository.write(f"charts/web/values-{stage}.yaml", seeds.STAGE_VALUES.format(tag=tag))
        stack = f"stacks/{stage}"
        repository.write(f"{stack}/compose.yaml", seeds.COMPOSE.format(tag=tag))
        repository.write(f"{stack}/.env", f"WEB_TAG={tag}\nOTHER=1\n")
    repository.write("stacks/common.yaml", seeds.COMPOSE_COMMON)
    repository.write("charts/web/Chart.yaml", seeds.CHART)
    repository.write("charts/web/values.yaml", seeds.VALUES)
    repository.write("charts/web/templates/deployment.yaml", seeds.TEMPLATE)


def of_prod(repository):
    others = [
        f"{kind}{stage}" for stage in ("dev", "staging")
        for kind in ("overlays/", "values-", "stacks/", "argo/", "sites/site/", "env/")
    ]
    return [path for path in repository.files() if not any(other in path for other in others)]


KEY = re.compile(r"^(\s*(?:- )?)([^\s:#'\"][^:]*):(.*)$")


def fold(key, chance):
    """The key as a reader that folds case or escapes may still know it."""
    at = chance.randrange(len(key))
    how = chance.randrange(5)
    if how == 0:
        return key[:at] + key[at].swapcase() + key[at + 1:]
    if how == 1:
        return "".join(LOOK_ALIKES.get(letter, letter) for letter in key)
    if how == 2:
        return '"' + key[:at] + f"\\x{ord(key[at]) & 0xFF:02x}" + key[at + 1:] + '"'
    if how == 3:
        return f"!!str {key}"
    return f"? {key}\n"


def edit_line(lines, chance):
    if not lines:
        return
    at = chance.randrange(len(lines))
    found = KEY.match(lines[at])
    how = chance.randrange(12)
    if how == 0:
        del lines[at]
    elif how == 1:
        lines.insert(chance.randrange(len(lines) + 1), lines[at])
    elif how == 2:
        other = chance.randrange(len(lines))
        lines[at], lines[other] = lines[other], lines[at]
    elif how == 3 and found:
        lines[at] = f"{found[1]}{found[2]}: {chance.choice(seeds.SCALARS)}"
    elif how == 4 and found:
        key = fold(found[2], chance)
        lines.insert(at + chance.randrange(2), f"{' ' * len(found[1])}{key}: {chance.choice(seeds.SCALARS)}")
    elif how == 5 and found:
        lines[at] = f"{found[1]}{fold(found[2], chance)}:{found[3]}"
    elif how == 6:
        lines[at] = re.sub(r"v[1-3]\b", "v9", lines[at])
    elif how == 7:
        lines[at] = ("  " if chance.random() < 0.5 else "") + lines[at].strip()
    elif how == 8:
        lines.insert(at, chance.choice(["---", "...", "# note", "%YAML 1.1", "{{- /* x */ -}}", "\t"]))
    elif how == 9 and found:
        value = found[3].strip() or "{}"
        lines[at] = f"{found[1]}{found[2]}: {chance.choice(['&b ', '!!binary ', '!x ', '!!null '])}{value}"
    elif how == 10 and found:
        indent = " " * len(found[1])
        merged = "<<: {" + found[2] + ": v9}"
        lines.insert(at, indent + chance.choice(["<<: *a", merged, '"<<": {a: b}']))
    else:
        # A block of lines goes elsewhere.
        end = min(len(lines), at + chance.randint(1, 4))
        block = lines[at:end]
        del lines[at:end]
        to = chance.randrange(len(lines) + 1)
        lines[to:to] = block


def pieces_for(name):
    if argo.pieces_for(name):
        return argo.pieces_for(name)
    if name.endswith(".env"):
        return seeds.ENV_PIECES
    if "stacks" in name:
        return seeds.COMPOSE_PIECES
    return seeds.VALUES_PIECES if "values" in name or name.startswith("env/") else seeds.KUSTOMIZATION_PIECES


def add_piece(repository, name, chance):
    pieces = pieces_for(name)
    piece = chance.choice(pieces).format(t=chance.choice(["v9", "v2", "v1"]))
    if chance.random() < 0.15:
        found = KEY.match(piece.split("\n", 1)[0])
        if found and not found[1]:
            rest = piece.split(":", 1)[1]
            piece = f"{fold(found[2], chance)}:{rest}"
    text = repository.read(name)
    repository.write(name, piece + text if chance.random() < 0.2 else text + piece)
    folder = os.path.dirname(name)
    if "added.yaml" in piece:
        files = seeds.COMPOSE_ADDED if "stacks" in name else seeds.ADDED_FILES
        repository.write(f"{folder}/added.yaml", chance.choice(files))
    elif "other.env" in piece:
        repository.write(f"{folder}/other.env", chance.choice(seeds.ENV_PIECES).format(t="v9"))
    elif "- added\n" in piece:
        body = "kind: Component\napiVersion: kustomize.config.k8s.io/v1alpha1\n"
        body += chance.choice(seeds.KUSTOMIZATION_PIECES).format(t="v9")
        repository.write(f"{folder}/added/kustomization.yaml", body)


def change_files(repository, chance):
    """Moves, links and adds files."""
    files = of_prod(repository)
    name = chance.choice(files)
    chart = "shops/shop" if repository.kind == "argo" else "charts/web"
    how = chance.randrange(9)
    if repository.kind == "argo" and how in (0, 3, 8):
        beside = chance.choice(["", "-site-prod", "-shop-prod"])
        folder = chance.choice(["sites/site/prod", "shops/shop", "sites/site/base"])
        override = chance.choice(argo.OVERRIDES).format(t="v9")
        repository.write(f"{folder}/.argocd-source{beside}.yaml", override)
    elif how == 8:
        beside = chance.choice(["compose.override.yaml", "compose.override.yml", "docker-compose.yml", "compose.yml"])
        repository.write(f"stacks/prod/{beside}", chance.choice(seeds.COMPOSE_ADDED))
    elif how == 0:
        target = os.path.join(os.path.dirname(name), chance.choice(["kustomization.yml", "Kustomization", "x.yaml"]))
        os.replace(repository.path(name), repository.path(target))
    elif how == 1:
        moved = repository.path(name) + ".real"
        os.replace(repository.path(name), moved)
        os.symlink(os.path.basename(moved), repository.path(name))
    elif how == 2:
        os.remove(repository.path(name))
    elif how == 3:
        repository.write(".gitattributes", f"{name} filter=x\n* text eol=crlf\n")
    elif how == 4:
        repository.write(f"{chart}/templates/extra.yaml", seeds.DEPLOYMENT)
    elif how == 5:
        repository.write(f"{chart}/.helmignore", "templates/deployment.yaml\n")
    elif how == 6:
        other = chance.choice(files)
        shutil.copyfile(repository.path(other), repository.path(name))
    else:
        repository.write(f"{chart}/charts/sub/Chart.yaml", seeds.CHART.replace("web", "sub"))
        repository.write(f"{chart}/charts/sub/templates/d.yaml", seeds.CRON_JOB)


def mutate(repository, chance):
    for _ in range(chance.choice([1, 1, 1, 2, 2, 3])):
        files = [name for name in of_prod(repository) if os.path.isfile(repository.path(name))]
        name = chance.choice(files)
        how = chance.random()
        if how < 0.45 and any(
            word in name for word in ("kustomization", "values", "stacks", "argo", "env/")
        ):
            add_piece(repository, name, chance)
        elif how < 0.9:
            lines = repository.read(name).split("\n")
            edit_line(lines, chance)
            repository.write(name, "\n".join(lines))
        else:
            change_files(repository, chance)


def attack(repository, chance, counts):
    """One pull request. Returns the commit to go on from, or None if it got through."""
    base = repository.git("rev-parse", "HEAD").stdout.strip()
    before = repository.built()
    try:
        mutate(repository, chance)
    except (OSError, UnicodeError):
        pass
    head = repository.commit()
    after = repository.built()
    guard = repository.run(
        TOWPATH, "-q", "guard", "--base", base, "--head", head, "--actor", "stranger", check=False
    )
    both = before is not None and after is not None
    sides = sides_of(before, after) if both else ()
    moved = any(has_moved(*one) for one in sides if None not in one)
    counts[("moved" if moved else "same" if after is not None else "broken", guard.returncode)] += 1
    if guard.returncode not in (0, 1, 2, 3):
        return None
    if moved and guard.returncode == 0:
        return None
    if guard.returncode == 0 and after is not None and chance.random() < 0.5:
        return head
    return base


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 300
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1 << 30)
    work = tempfile.mkdtemp(prefix="guard-fuzz-")
    environment = {
        "PATH": os.environ["PATH"], "HOME": work, "LC_ALL": "C.UTF-8", "TOWPATH_NOW": "2026-09-01T12:00:00Z",
        "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1", "HELM_CACHE_HOME": work,
    }
    for who in ("AUTHOR", "COMMITTER"):
        environment.update({f"GIT_{who}_NAME": "a", f"GIT_{who}_EMAIL": "a@example.com"})
        environment[f"GIT_{who}_DATE"] = "2026-08-01T10:00:00Z"
    chance = random.Random(seed)
    counts, through, done = collections.Counter(), [], 0
    while done < count:
        repository = Repository(os.path.join(work, f"r{done}"), environment, chance.choice(KINDS))
        os.makedirs(repository.folder)
        repository.git("init", "-q", "-b", "main")
        create(repository, chance)
        at = repository.commit()
        if repository.built() is None:
            raise RuntimeError(f"{repository.folder} does not build")
        for _ in range(min(25, count - done)):
            done += 1
            to = attack(repository, chance, counts)
            if to is None:
                kept = os.path.join(work, f"through-{done}")
                shutil.copytree(repository.folder, kept, symlinks=True)
                through.append(kept)
                print(f"got through: {kept}", flush=True)
                to = at
            at = to
            repository.git("reset", "-q", "--hard", at)
            repository.git("clean", "-qfdx")
        shutil.rmtree(repository.folder)
    total = ", ".join(f"{what} and exit {code}: {n}" for (what, code), n in sorted(counts.items()))
    print(f"{done} changes (seed {seed}): {total}; got through: {len(through)}")
    if not through:
        shutil.rmtree(work)
    return 1 if through else 0


if __name__ == "__main__":
    sys.exit(main())
