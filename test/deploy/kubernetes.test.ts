import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { variables } from '../../src/env/variables.ts'
import { readEnvironment } from '../../src/env.ts'
import { STOP_WITHIN_MS } from '../../src/run-process.ts'
import type { TestApp } from '../support/app.ts'
import { sharedApp } from '../support/shared-app.ts'
import { type Container, type Manifest, openValidator, readManifests } from './manifests.ts'

/** Values such as docs/kubernetes.md puts into the secrets. */
const SECRETS: Record<string, Record<string, string>> = {
  colloquy: {
    DATABASE_URL: 'postgres://colloquy_app:7Hq2@db.example/colloquy?sslmode=verify-full',
    DATABASE_SYSTEM_URL: 'postgres://colloquy_system:9Kw4@db.example/colloquy?sslmode=verify-full',
    REDIS_URL: 'rediss://:3Zx8@cache.example:6380',
    SMTP_URL: 'smtps://chat:5Yb1@mail.example',
  },
  'colloquy-owner': {
    DATABASE_OWNER_URL: 'postgres://colloquy_owner:2Lm6@db.example/colloquy?sslmode=verify-full',
  },
}

let app: TestApp
let manifests: Manifest[]
let listed: string[]
beforeAll(async () => {
  app = await sharedApp()
  ;({ manifests, listed } = await readManifests())
})
afterAll(() => app[Symbol.asyncDispose]())

function of(kind: string): Manifest {
  const found = manifests.find((manifest) => manifest.kind === kind)
  if (!found) throw new Error(`There is no ${kind}.`)
  return found
}

function firstContainer(kind: string): Container {
  const [container] = of(kind).spec.template.spec.containers
  if (!container) throw new Error(`${kind} has no container.`)
  return container
}

/** The environment of a container, as Kubernetes puts it together. */
function environmentOf({ envFrom, env = [] }: Container): Record<string, string> {
  const sources = envFrom.map(({ configMapRef, secretRef }) => {
    const found = configMapRef
      ? manifests.find(({ kind, metadata }) => kind === 'ConfigMap' && metadata.name === configMapRef.name)
          ?.data
      : SECRETS[secretRef?.name ?? '']
    if (!found) throw new Error(`Nothing has the name of ${JSON.stringify({ configMapRef, secretRef })}.`)
    return found
  })
  return Object.assign({}, ...sources, ...env.map(({ name }) => ({ [name]: 'x' })))
}

describe('the manifests for Kubernetes', () => {
  it('are all listed, and what Kubernetes takes, without a property that it does not know', async () => {
    expect(manifests.map(({ file }) => file).toSorted()).toEqual(listed.toSorted())
    const validate = await openValidator()
    expect(
      manifests.flatMap(({ file, ...manifest }) => validate(manifest).map((text) => [file, text])),
    ).toEqual([])
    const { file: _, ...wrong } = structuredClone(of('Deployment'))
    Object.assign(wrong.spec, { replica: 3 })
    Object.assign(wrong.spec.template.spec, { terminationGracePeriodSeconds: 'long' })
    expect(validate(wrong).join('\n')).toMatch(
      /"replica"[\s\S]*must be integer|must be integer[\s\S]*"replica"/,
    )
  })

  it('set only variables that the server reads, and none that is missing or wrong in production', () => {
    for (const kind of ['Deployment', 'Job']) {
      const environment = environmentOf(firstContainer(kind))
      expect(Object.keys(environment).filter((name) => !(name in variables.shape))).toEqual([])
      expect(readEnvironment(environment)).toMatchObject({ production: true, host: '0.0.0.0' })
    }
  })

  it('give the owner of the tables to the migration alone', () => {
    expect(environmentOf(firstContainer('Job'))).toHaveProperty('DATABASE_OWNER_URL')
    expect(environmentOf(firstContainer('Deployment'))).not.toHaveProperty('DATABASE_OWNER_URL')
    const text = JSON.stringify(manifests)
    expect(text).not.toMatch(/postgres(ql)?:\/\/|rediss?:\/\/|smtps?:\/\//)
  })

  it('give a node the time to drain before it is killed, and replace it only by one that answers', () => {
    const { strategy, template } = of('Deployment').spec
    const [, pauseSeconds] = firstContainer('Deployment').lifecycle.preStop.exec.command
    expect(template.spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(
      Number(pauseSeconds) + STOP_WITHIN_MS / 1000 + 5,
    )
    expect(strategy.rollingUpdate).toEqual({ maxSurge: 1, maxUnavailable: 0 })
    expect(of('PodDisruptionBudget').spec.maxUnavailable).toBeLessThan(of('Deployment').spec.replicas)
  })

  it('probe paths that a running server answers, on the ports that it is told to listen on', async () => {
    const container = firstContainer('Deployment')
    const { port, metrics } = readEnvironment(environmentOf(container))
    expect(
      Object.fromEntries(container.ports.map(({ name, containerPort }) => [name, containerPort])),
    ).toEqual({
      http: port,
      metrics: metrics.port,
    })
    const { startupProbe, readinessProbe, livenessProbe } = container
    for (const { httpGet } of [startupProbe, readinessProbe, livenessProbe]) {
      expect(httpGet.port).toBe('http')
      expect((await fetch(`${app.url}${httpGet.path}`)).status).toBe(200)
    }
    // A database that is away must not get its nodes killed.
    expect(livenessProbe.httpGet.path).not.toBe(readinessProbe.httpGet.path)
    expect(of('Service').spec.ports.map(({ targetPort }) => targetPort)).toEqual(['http'])
    expect(of('NetworkPolicy').spec.ingress.flatMap(({ ports }) => ports.map(({ port }) => port))).toEqual([
      'http',
      'metrics',
    ])
  })

  it('select the pods of nodes, and not that of the migration', () => {
    const { selector, template } = of('Deployment').spec
    const [spread] = template.spec.topologySpreadConstraints
    const selectors = [
      selector.matchLabels,
      of('Service').spec.selector,
      of('PodDisruptionBudget').spec.selector.matchLabels,
      spread?.labelSelector.matchLabels,
    ]
    for (const wanted of selectors) {
      expect(template.metadata.labels).toMatchObject(wanted ?? {})
      expect(of('Job').spec.template.metadata.labels).not.toMatchObject(wanted ?? {})
    }
    expect(of('Job').spec.template.metadata.labels).toMatchObject(
      of('NetworkPolicy').spec.podSelector.matchLabels,
    )
  })

  it('run as a user without rights, and write into mounted folders alone', () => {
    for (const kind of ['Deployment', 'Job']) {
      const { securityContext, volumeMounts, ...container } = firstContainer(kind)
      expect(securityContext).toEqual({
        ...{ runAsUser: 1000, runAsGroup: 1000, runAsNonRoot: true, allowPrivilegeEscalation: false },
        ...{ readOnlyRootFilesystem: true, capabilities: { drop: ['ALL'] } },
        seccompProfile: { type: 'RuntimeDefault' },
      })
      const { DATA_DIR, KEY_DIR, EXPORT_DIR, FILE_DIR } = environmentOf({
        ...container,
        securityContext,
        volumeMounts,
      })
      const isMounted = (folder = '') =>
        volumeMounts.some(({ mountPath }) => `${folder}/`.startsWith(`${mountPath}/`))
      expect([DATA_DIR, KEY_DIR, EXPORT_DIR, FILE_DIR].map(isMounted)).toEqual([true, true, true, true])
      // The others must find what one node has written.
      const shared = volumeMounts.find(({ name }) => name === 'shared')?.mountPath
      for (const folder of [KEY_DIR, EXPORT_DIR, FILE_DIR])
        expect(`${folder}`.startsWith(`${shared}/`)).toBe(true)
    }
    const [made] = of('Job').spec.template.spec.initContainers ?? []
    expect(made?.command?.slice(0, 7)).toEqual(['install', '-d', '-o', '1000', '-g', '1000', '-m'])
    expect(made?.command?.slice(7)).toEqual(['700', '/shared/keys', '/shared/exports', '/shared/files'])
  })

  it('name an image that has the libraries of its platform, without which each picture would be refused', async () => {
    const [, installed = ''] =
      /^RUN (npm ci --omit=dev .*)$/m.exec(await readFile('Dockerfile', 'utf8')) ?? []
    expect(installed).not.toBe('')
    expect(installed).not.toContain('--omit=optional')
    expect(installed).not.toContain('@img')
  })

  it.runIf(existsSync('/usr/bin/kubectl'))('are built by kubectl with the image of the release', async () => {
    const { stdout } = await promisify(execFile)('kubectl', ['kustomize', 'deploy/kubernetes'])
    expect(stdout.match(/^kind: /gm)).toHaveLength(manifests.length)
    expect(stdout).not.toMatch(/image: colloquy$/m)
    expect(stdout.match(/^ {2}namespace: colloquy$/gm)).toHaveLength(manifests.length)
  })
})
