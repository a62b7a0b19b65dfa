"""The repositories that guard-fuzz changes, and pieces to change them with."""

CONFIG = """stages: [dev, staging, prod]
sources:
- kustomize: apps/{app}/overlays/{stage}
- helm-values: charts/{app}/values-{stage}.yaml
- compose: stacks/{stage}/compose.yaml
gates:
- isolation: off
permissions:
  prod: [deploy-bot]
  config: [platform]
"""

DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
  labels:
    app: api
spec:
  replicas: 2
  selector:
    matchLabels:
      app: api
  template:
    metadata:
      labels:
        app: api
      annotations:
        note: none
    spec:
      initContainers:
      - name: setup
        image: ghcr.io/acme/setup:v1
      containers:
      - name: api
        image: ghcr.io/acme/api:v1
        env:
        - name: MODE
          value: fast
        ports:
        - containerPort: 8080
      - name: proxy
        image: ghcr.io/acme/proxy:v1
"""

CRON_JOB = """apiVersion: batch/v1
kind: CronJob
metadata:
  name: nightly
spec:
  schedule: 0 3 * * *
  jobTemplate:
    spec:
      template:
        spec:
          restartPolicy: Never
          containers:
          - name: nightly
            image: ghcr.io/acme/api:v1
"""

OVERLAY = """apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
- ../../base
images:
- name: ghcr.io/acme/api
  newTag: {tag}
"""

PATCH = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
spec:
  replicas: 3
  template:
    spec:
      containers:
      - name: proxy
        image: ghcr.io/acme/proxy:{tag}
"""

# What an overlay may have besides, as the base has it before the change.
FEATURES = {
    "patch": ("patches:\n- path: patch.yaml\n", {"patch.yaml": PATCH.format(tag="v1")}),
    "json": (
        "patches:\n- target:\n    kind: Deployment\n    name: api\n  patch: |-\n"
        "    - op: replace\n      path: /spec/template/spec/initContainers/0/image\n"
        "      value: ghcr.io/acme/setup:v2\n",
        {},
    ),
    "component": (
        "components:\n- ../../components/tools\n",
        {
            "../../components/tools/kustomization.yaml": "apiVersion: kustomize.config.k8s.io/v1alpha1\n"
            "kind: Component\npatches:\n- path: patch.yaml\n",
            "../../components/tools/patch.yaml": PATCH.format(tag="v2"),
        },
    ),
    "labels": ("labels:\n- pairs:\n    team: shop\n  includeSelectors: false\n", {}),
    "config": (
        "configMapGenerator:\n- name: settings\n  literals:\n  - MODE=fast\n  - TAG=v1\n",
        {},
    ),
    "replacement": (
        "configMapGenerator:\n- name: versions\n  literals:\n  - proxy=ghcr.io/acme/proxy:v1\n"
        "  options:\n    disableNameSuffixHash: true\nreplacements:\n- source:\n    kind: ConfigMap\n"
        "    name: versions\n    fieldPath: data.proxy\n  targets:\n  - select:\n      kind: Deployment\n"
        "    fieldPaths:\n    - spec.template.spec.containers.[name=proxy].image\n",
        {},
    ),
    "transformer": (
        "transformers:\n- tags.yaml\n",
        {
            "tags.yaml": "apiVersion: builtin\nkind: ImageTagTransformer\nmetadata:\n  name: tags\n"
            "imageTag:\n  name: ghcr.io/acme/proxy\n  newTag: v1\nfieldSpecs:\n"
            "- path: spec/template/spec/containers[]/image\n"
        },
    ),
    "names": ("namePrefix: shop-\nnamespace: shop\n", {}),
    "replicas": ("replicas:\n- name: api\n  count: 4\n", {}),
}

CHART = """apiVersion: v2
name: web
version: 0.1.0
appVersion: v1
"""

TEMPLATE = """apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
spec:
  replicas: {{ .Values.replicas }}
  template:
    spec:
      containers:
      - name: web
        image: "{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}"
      {{- if .Values.sidecar.enabled }}
      - name: sidecar
        image: {{ .Values.sidecar.image | quote }}
      {{- end }}
"""

VALUES = """replicas: 1
image:
  repository: ghcr.io/acme/web
  tag: v1
sidecar:
  enabled: true
  image: ghcr.io/acme/sidecar:v1
resources:
  limits:
    cpu: 100m
"""

STAGE_VALUES = """replicas: 2
image:
  tag: {tag}
labels:
  team: shop
"""

COMPOSE = """x-common: &common
  restart: always
services:
  web:
    <<: *common
    image: ghcr.io/acme/web:${{WEB_TAG}}
    ports: ['8080:80']
    environment:
      MODE: fast
  worker:
    extends:
      file: ../common.yaml
      service: worker
    image: ghcr.io/acme/worker:{tag}
  mailer:
    extends:
      file: ../common.yaml
      service: mailer
  cache:
    image: ${{CACHE_IMAGE:-redis:7.2}}
"""

COMPOSE_COMMON = """services:
  worker:
    image: ghcr.io/acme/worker:v1
    command: [work]
    environment:
      QUEUE: main
  mailer:
    image: ghcr.io/acme/mailer:v1
"""

# Pieces that go into a compose file or beside it.
COMPOSE_PIECES = [
    "  web:\n    image: ghcr.io/acme/web:{t}\n",
    "  extra:\n    image: evil:{t}\n",
    "  cache:\n    image: evil:{t}\n",
    "include:\n- added.yaml\n",
    "include:\n- path: added.yaml\n  env_file: other.env\n",
    "services:\n  web:\n    image: evil:{t}\n",
    "x-other: &other\n  image: evil:{t}\n",
    "    <<: *common\n",
    "    image: evil:{t}\n",
    "    build: .\n",
    "    env_file: other.env\n",
    "    pull_policy: always\n",
    "    profiles: [never]\n",
    "    deploy:\n      replicas: 0\n",
    "    scale: 0\n",
    "    platform: linux/arm64\n",
    "    restart: 'no'\n",
    "    extends:\n      service: web\n",
    "    extends: {{file: added.yaml, service: web}}\n",
    "    labels:\n      a: b\n",
    "name: other\n",
    "secrets:\n  key:\n    file: key.txt\n",
    "networks:\n  default: {{}}\n",
]

COMPOSE_ADDED = [
    "services:\n  web:\n    image: evil:v9\n",
    "services:\n  more:\n    image: evil:v9\n",
    "services:\n  cache:\n    image: !reset null\n",
    "services:\n  worker:\n    image: !override evil:v9\n",
    "services: {}\n",
]

ENV_PIECES = [
    "WEB_TAG={t}\n",
    "export WEB_TAG={t}\n",
    "WEB_TAG='{t}'\n",
    "web_tag={t}\n",
    "CACHE_IMAGE=evil:{t}\n",
    "COMPOSE_FILE=added.yaml\n",
    "COMPOSE_PROFILES=never\n",
    "COMPOSE_PATH_SEPARATOR=,\n",
    "OTHER=1\n",
    "WEB_TAG=${{OTHER:-{t}}}\n",
    "# WEB_TAG={t}\n",
]

# Pieces that go into a kustomization. `{t}` is a version that prod never ran.
KUSTOMIZATION_PIECES = [
    "images:\n- name: ghcr.io/acme/api\n  newTag: {t}\n",
    "images:\n- name: ghcr.io/acme/proxy\n  newName: ghcr.io/evil/proxy\n",
    "images:\n- name: .*\n  newTag: {t}\n",
    "- name: ghcr.io/acme/proxy\n  newTag: {t}\n",
    "- name: ghcr.io/acme/api\n  digest: sha256:" + "9" * 64 + "\n",
    "patches:\n- patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata:\n      name: api\n"
    "    spec:\n      template:\n        spec:\n          containers:\n          - name: proxy\n"
    "            image: ghcr.io/evil/proxy:{t}\n",
    "patches:\n- target:\n    kind: Deploy.*\n  patch: |-\n    - op: add\n"
    "      path: /spec/template/spec/containers/0/image\n      value: ghcr.io/evil/api:{t}\n",
    "patches:\n- target:\n    labelSelector: app in (api)\n  patch: '[{{\"op\": \"replace\", \"path\": "
    "\"/spec/template/spec/containers/1/im\\u0061ge\", \"value\": \"evil:{t}\"}}]'\n",
    "patches:\n- patch: |-\n    $patch: delete\n    apiVersion: batch/v1\n    kind: CronJob\n    metadata:\n"
    "      name: nightly\n",
    "patchesStrategicMerge:\n- added.yaml\n",
    "patchesStrategicMerge:\n- |-\n  apiVersion: apps/v1\n  kind: Deployment\n  metadata: {{name: api}}\n"
    "  spec: {{template: {{spec: {{containers: [{{name: proxy, image: 'evil:{t}'}}]}}}}}}\n",
    "patchesJson6902:\n- target: {{group: apps, version: v1, kind: Deployment, name: api}}\n"
    "  patch: |-\n    - {{op: replace, path: /spec/template/spec/containers/1/image, value: 'evil:{t}'}}\n",
    "resources:\n- added.yaml\n",
    "- added.yaml\n",
    "components:\n- added\n",
    "transformers:\n- added.yaml\n",
    "transformers:\n- |-\n  apiVersion: builtin\n  kind: ImageTagTransformer\n  metadata: {{name: x}}\n"
    "  imageTag: {{name: ghcr.io/acme/proxy, newTag: {t}}}\n"
    "  fieldSpecs: [{{path: spec/template/spec/containers[]/image}}]\n",
    "transformers:\n- |-\n  apiVersion: builtin\n  kind: PatchTransformer\n  metadata: {{name: x}}\n"
    "  target: {{kind: Deployment}}\n  patch: '[{{\"op\": \"replace\", \"path\": "
    "\"/spec/template/spec/containers/0/image\", \"value\": \"evil:{t}\"}}]'\n",
    "generators:\n- |-\n  apiVersion: builtin\n  kind: ConfigMapGenerator\n  metadata: {{name: x}}\n"
    "  literals: [a=b]\n",
    "configurations:\n- added.yaml\n",
    "replacements:\n- source: {{kind: CronJob, fieldPath: spec.schedule}}\n  targets:\n"
    "  - select: {{kind: Deployment}}\n    fieldPaths: ['spec.template.spec.containers.*.image']\n",
    "replacements:\n- path: added.yaml\n",
    "vars:\n- name: V\n  objref: {{apiVersion: apps/v1, kind: Deployment, name: api}}\n",
    "namePrefix: x-\n",
    "nameSuffix: -x\n",
    "namespace: other\n",
    "commonLabels:\n  app: other\n",
    "commonAnnotations:\n  config.kubernetes.io/local-config: 'true'\n",
    "labels:\n- pairs: {{app: x}}\n  includeSelectors: true\n",
    "buildMetadata: [originAnnotations]\n",
    "sortOptions:\n  order: fifo\n",
    "generatorOptions:\n  labels: {{a: b}}\n",
    "openapi:\n  path: added.yaml\n",
    "crds:\n- added.yaml\n",
    "bases:\n- ../../base\n",
    "metadata:\n  annotations:\n    a: b\n",
]

# Contents of a file `added.yaml`, or of the kustomization in a folder `added`.
ADDED_FILES = [
    DEPLOYMENT.replace("name: api", "name: extra", 1).replace(":v1", ":v9"),
    PATCH.format(tag="v9"),
    "apiVersion: builtin\nkind: ImageTagTransformer\nmetadata:\n  name: x\nimageTag:\n"
    "  name: ghcr.io/acme/proxy\n  newTag: v9\nfieldSpecs:\n"
    "- path: spec/template/spec/containers[]/image\n",
    "images:\n- path: spec/jobTemplate/spec/template/spec/containers[]/image\n  kind: CronJob\n",
    "source:\n  kind: CronJob\n  fieldPath: spec.schedule\ntargets:\n- select:\n    kind: Deployment\n"
    "  fieldPaths:\n  - spec.template.spec.containers.0.image\n",
    "{}\n",
    "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\ndata:\n  a: b\n",
]

VALUES_PIECES = [
    "image:\n  tag: {t}\n",
    "image:\n  repository: ghcr.io/evil/web\n",
    "image: null\n",
    "image:\n  tag: null\n",
    "sidecar:\n  image: evil:{t}\n",
    "sidecar: null\n",
    "sidecar:\n  enabled: false\n",
    "x: &x\n  image:\n    tag: {t}\n",
    "<<: *x\n",
    "<<:\n  image:\n    tag: {t}\n",
    "global:\n  image:\n    tag: {t}\n",
    "web:\n  image:\n    tag: {t}\n",
    "replicas: 9\n",
    "resources:\n  limits:\n    cpu: 2\n",
    "env:\n- name: A\n  value: b\n",
    "---\nimage:\n  tag: {t}\n",
]

SCALARS = [
    "v9", "ghcr.io/evil/api:v9", "null", "~", "''", "[]", "{}", "true", "false", "0", "1.10", "0x10",
    "!!binary djk=", "!!str v9", "&a v9", "*a", "'v9'", '"v9"', '"\\x76\\x39"', "added.yaml", "../base",
    "Job", "StatefulSet", "other", "api", "proxy", "|-\n", ">-\n",
]
