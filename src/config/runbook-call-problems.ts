/** What is wrong with a step's calls, probes and waits on metrics: allowed or not, and which keys go together. Pure. */
import type {Path, Problem} from './problem.ts'
import {judgeCall} from './runbook-calls.ts'
import {mapOf, textOf} from './runbook-raw.ts'
import type {RawMap, RawStep} from './runbook-raw.ts'
import {parseDuration} from './units.ts'

const on = (path: Path, message: string, at: 'key' | 'value' = 'value'): Problem => ({path, on: at, message})

export function stepCallProblems({raw, path}: RawStep): readonly Problem[] {
  return [
    ...(raw['call'] === undefined ? [] : callProblems(mapOf(raw['call']), [...path, 'call'])),
    ...(raw['undo'] === undefined ? [] : undoProblems(raw, [...path, 'undo'])),
    ...(raw['http'] === undefined ? [] : httpProblems(mapOf(raw['http']), [...path, 'http'])),
    ...(raw['metric'] === undefined ? [] : metricProblems(mapOf(raw['metric']), [...path, 'metric'])),
  ]
}

function callProblems(call: RawMap, path: Path): readonly Problem[] {
  const [service, action] = [textOf(call['service']), textOf(call['action'])]
  const check = call['check'] === undefined ? null : mapOf(call['check'])
  const checks =
    check === null
      ? []
      : [
          ...readProblems(check, [...path, 'check']),
          ...(check['done-when'] === undefined ? [on([...path, 'check'], 'missing: done-when')] : []),
        ]
  if (service === '' || action === '') return [...doneWhenProblems(call, path), ...checks]
  const secrets = secretInputs(call['input'], [...path, 'input'])
  const judged = judgeCall(service, action)
  switch (judged.kind) {
    case 'refused':
      return [on([...path, judged.at], judged.because), ...doneWhenProblems(call, path), ...checks]
    case 'read':
      return [
        ...doneWhenProblems(call, path),
        ...(check === null ? [] : [on([...path, 'check'], `${action} only reads: put done-when beside it`, 'key')]),
      ]
    case 'change': {
      const {token} = judged.allowed
      const own = token !== null && mapOf(call['input'])[token] !== undefined
      return [
        ...secrets,
        ...(call['done-when'] === undefined
          ? []
          : [
              on(
                [...path, 'done-when'],
                `${action} changes something and is made once: put it under check, with a call that reads`,
                'key',
              ),
            ]),
        ...(call['every'] === undefined ? [] : [on([...path, 'every'], `${action} is made once: put it under check`, 'key')]),
        ...(own ? [on([...path, 'input', token], 'the tool fills it in, so that a resume makes the same call', 'key')] : []),
        ...checks,
      ]
    }
  }
}

function readProblems(call: RawMap, path: Path): readonly Problem[] {
  const [service, action] = [textOf(call['service']), textOf(call['action'])]
  const judged = service === '' || action === '' ? null : judgeCall(service, action)
  const refused =
    judged === null || judged.kind === 'read'
      ? []
      : judged.kind === 'refused'
        ? [on([...path, judged.at], judged.because)]
        : [on([...path, 'action'], `a check only reads; ${action} changes something`)]
  return [...refused, ...doneWhenProblems(call, path)]
}

function doneWhenProblems(call: RawMap, path: Path): readonly Problem[] {
  if (call['done-when'] === undefined) return []
  const given = ['equals', 'in', 'exists'].filter((key) => mapOf(call['done-when'])[key] !== undefined)
  return given.length === 1
    ? []
    : [
        on(
          [...path, 'done-when'],
          given.length === 0 ? 'says nothing: one of equals, in, exists is missing' : `${given.join(' and ')}: only one of them`,
        ),
      ]
}

function undoProblems(raw: RawMap, path: Path): readonly Problem[] {
  const undo = mapOf(raw['undo'])
  const [service, action] = [textOf(undo['service']), textOf(undo['action'])]
  const done = mapOf(raw['call'])
  const changing = raw['call'] !== undefined && judgeCall(textOf(done['service']), textOf(done['action'])).kind !== 'read'
  const nothing = changing ? [] : [on(path, 'this step changes nothing that could be taken back', 'key')]
  if (service === '' || action === '') return nothing
  const judged = judgeCall(service, action)
  switch (judged.kind) {
    case 'refused':
      return [...nothing, on([...path, judged.at], judged.because)]
    case 'read':
      return [...nothing, on([...path, 'action'], `${action} only reads: it takes nothing back`)]
    case 'change':
      return nothing
  }
}

function httpProblems(http: RawMap, path: Path): readonly Problem[] {
  const [url, name] = [http['url'] !== undefined, http['name'] !== undefined]
  const method = http['method'] ?? 'GET'
  return [
    ...(url === name ? [on(path, url ? 'url and name: only one of them' : 'missing: url or name')] : []),
    ...(http['path'] !== undefined && url ? [on([...path, 'path'], 'goes with name: a url has its own', 'key')] : []),
    ...(http['body'] !== undefined && method !== 'POST' ? [on([...path, 'body'], 'only a POST has a body', 'key')] : []),
    ...(http['repeatable'] !== undefined && method !== 'POST'
      ? [on([...path, 'repeatable'], 'only a POST does anything: a GET or HEAD may always be repeated', 'key')]
      : []),
    ...(method === 'POST' && http['repeatable'] !== true && Number(http['times'] ?? 1) > 1
      ? [on([...path, 'times'], 'a POST is sent once; say repeatable: true where a second one is the same')]
      : []),
    ...secretProblems(http, path),
    ...(method === 'HEAD' && (mapOf(http['expect'])['body'] !== undefined || http['keep'] !== undefined)
      ? [on([...path, 'method'], 'the answer to HEAD has no body')]
      : []),
  ]
}

const secretHeader = /^(authorization|proxy-authorization|cookie|x-auth.*|.*(token|secret|password|api-?key))$/i

/** Runbooks lie in a repository, and are in the journal of every run: a secret that stands in one is everybody's. */
function secretProblems(http: RawMap, path: Path): readonly Problem[] {
  const headers = Object.entries(mapOf(http['headers'])).flatMap(([name, value]) =>
    secretHeader.test(name) && !/\$\{env\.[^}]*\}/.test(textOf(value))
      ? [on([...path, 'headers', name], 'a secret would be in the journal and in every report: write ${env.NAME}, and set NAME')]
      : [],
  )
  const login = /^https?:\/\/[^/?#]*@/.test(textOf(http['url']))
    ? [on([...path, 'url'], "a name and password in a URL would be journaled: use headers: {Authorization: 'Basic ${env.NAME}'}")]
    : []
  return [...headers, ...login]
}

const secretName = /(password|passwd|passphrase|secret|api[-_]?key|private[-_]?key|(^|[-_])token)$/i

/** A value whose name says that it is a secret: `{DbPassword: x}`, or `{name: DB_PASSWORD, value: x}` of a task's environment. */
function secretInputs(value: unknown, path: Path): readonly Problem[] {
  if (Array.isArray(value)) return value.flatMap((one, index) => secretInputs(one, [...path, index]))
  return Object.entries(mapOf(value)).flatMap(([key, one]) => {
    const name = key === 'value' ? textOf(mapOf(value)['name']) : key
    const said = typeof one === 'string' || (Array.isArray(one) && one.every((text) => typeof text === 'string')) ? one : null
    return said !== null && said.length > 0 && secretName.test(name)
      ? [
          on(
            [...path, key],
            'a secret would be in the journal and in every report: let the task or document read it from Secrets Manager',
          ),
        ]
      : secretInputs(one, [...path, key])
  })
}

function metricProblems(metric: RawMap, path: Path): readonly Problem[] {
  const ms = parseDuration(textOf(metric['for']))
  if (ms === null) return []
  return ms >= 60_000 && ms % 60_000 === 0 && ms <= 3_600_000
    ? []
    : [on([...path, 'for'], 'whole minutes, from 1m to 1h: a datapoint is a minute')]
}
