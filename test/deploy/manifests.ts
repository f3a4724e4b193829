import { readdir, readFile } from 'node:fs/promises'
import { Ajv } from 'ajv'
import { parse } from 'yaml'

const FOLDER = 'deploy/kubernetes'

/** An object of Kubernetes, with as much of its shape as the tests read. */
export interface Manifest {
  file: string
  kind: string
  metadata: { name: string; labels: Record<string, string> }
  data?: Record<string, string>
  spec: {
    replicas: number
    selector: { matchLabels?: Record<string, string> }
    podSelector: { matchLabels: Record<string, string> }
    maxUnavailable: number
    strategy: { rollingUpdate: { maxSurge: number; maxUnavailable: number } }
    template: { metadata: { labels: Record<string, string> }; spec: Pod }
    ingress: { ports: { port: string }[] }[]
    ports: { targetPort: string }[]
  }
}

/** The pods of a manifest. */
export interface Pod {
  terminationGracePeriodSeconds: number
  topologySpreadConstraints: { labelSelector: { matchLabels: Record<string, string> } }[]
  containers: Container[]
  initContainers?: Container[]
  volumes: { name: string }[]
}

/** A container of a pod. */
export interface Container {
  image: string
  command?: string[]
  env?: { name: string }[]
  envFrom: { configMapRef?: { name: string }; secretRef?: { name: string } }[]
  ports: { name: string; containerPort: number }[]
  lifecycle: { preStop: { exec: { command: string[] } } }
  securityContext: Record<string, unknown>
  startupProbe: Probe
  readinessProbe: Probe
  livenessProbe: Probe
  volumeMounts: { name: string; mountPath: string }[]
}

/** How a container is asked whether it runs. */
interface Probe {
  httpGet: { path: string; port: string }
}

/** The manifests, and the resources that the kustomization lists. */
export async function readManifests(): Promise<{ manifests: Manifest[]; listed: string[] }> {
  const names = (await readdir(FOLDER)).filter((name) => name !== 'kustomization.yaml')
  const manifests = await Promise.all(
    names.map(async (file) => ({ file, ...parse(await readFile(`${FOLDER}/${file}`, 'utf8')) })),
  )
  const { resources } = parse(await readFile(`${FOLDER}/kustomization.yaml`, 'utf8'))
  return { manifests, listed: resources }
}

/** The schemas of Kubernetes, which know no other properties than Kubernetes does. */
export async function openValidator(): Promise<(manifest: object) => string[]> {
  const { $defs } = JSON.parse(await readFile('test/deploy/kubernetes-schemas.json', 'utf8'))
  const formats = ['int32', 'int64', 'byte', 'double', 'date-time', 'int-or-string', 'quantity']
  const ajv = new Ajv({
    strict: false,
    allErrors: true,
    formats: Object.fromEntries(formats.map((name) => [name, true])),
  })
  ajv.addSchema({ $id: 'kubernetes', $defs })
  return (manifest) => {
    const { kind, apiVersion } = manifest as { kind: string; apiVersion: string }
    const [version = '', group = 'core'] = apiVersion.split('/').toReversed()
    const [part = ''] = group.split('.')
    const name = `IoK8sApi${[part, version, kind].map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('')}`
    if (!$defs[name]) return [`${apiVersion} ${kind} is in no schema`]
    const validate = ajv.compile({ $ref: `kubernetes#/$defs/${name}` })
    if (validate(manifest)) return []
    return (validate.errors ?? []).map(
      ({ instancePath, message, params }) => `${instancePath} ${message} ${JSON.stringify(params)}`,
    )
  }
}
