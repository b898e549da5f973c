/** References that lead nowhere: a place nobody knows, a step that isn't before this one, a fact that it doesn't leave. Pure. */
import {nearest} from '../nearest.ts'
import type {Problem} from './problem.ts'
import {judgeCall} from './runbook-calls.ts'
import {comesBefore, mapOf, textOf} from './runbook-raw.ts'
import type {RawStep} from './runbook-raw.ts'
import {placeNames, referencesIn} from './runbook-references.ts'
import type {FoundReference} from './runbook-references.ts'
import {factsOfBuiltIn} from './runbook-uses.ts'

/** `anchors`: ids of the recovery that is extended; what facts they leave is theirs. */
export function referenceProblems(steps: readonly RawStep[], anchors: readonly string[]): readonly Problem[] {
  const needsOf = new Map(steps.map(({id, needs}) => [id, needs]))
  return steps.flatMap((step) =>
    referencesIn(step.raw).flatMap((found): readonly Problem[] => {
      const message = wrong(found, step)
      return message === null ? [] : [{path: [...step.path, ...found.path], on: 'value', message}]
    }),
  )

  function wrong({path, reference}: FoundReference, step: RawStep): string | null {
    if (path[0] === 'id' || path[0] === 'title' || path[0] === 'needs')
      return "is said before the run: it can't refer to anything"
    switch (reference.kind) {
      case 'env':
        return wrongVariable(reference.name, path)
      case 'unknown':
        return `\${${reference.text}} isn't a reference: write \${place.NAME}, \${steps.ID.FACT} or (in http) \${env.NAME}, and $\${ for a plain \${`
      case 'place': {
        const [meant] = nearest(reference.name, placeNames)
        return (placeNames as readonly string[]).includes(reference.name)
          ? null
          : `nothing is known as place.${reference.name}${meant === undefined ? `; there are ${placeNames.join(', ')}` : `; did you mean ${meant}?`}`
      }
      case 'steps':
        return wrongStep(reference.step, reference.fact, step, path[0] === 'undo')
    }
  }

  function wrongStep(id: string, fact: string, step: RawStep, undoing: boolean): string | null {
    if (anchors.includes(id)) return null
    const target = steps.find((one) => one.id === id)
    if (target === undefined) {
      const [meant] = nearest(id, [...steps.map((one) => one.id), ...anchors])
      return `there is no step ${id}${meant === undefined ? '' : `; did you mean ${meant}?`}`
    }
    const own = undoing && id === step.id
    if (!own && !comesBefore(id, step.id, needsOf)) return `${id} doesn't come before ${step.id}: add it to needs`
    const facts = rawFacts(target)
    if (facts.includes(fact)) return null
    const [meant] = nearest(fact, facts)
    return `${id} leaves no ${fact}${meant === undefined ? (facts.length === 0 ? ': name it under keep' : `; it leaves ${facts.join(', ')}`) : `; did you mean ${meant}?`}`
  }
}

/** A secret goes into a request and nowhere else: what AWS is told, and what people read, is kept. */
function wrongVariable(name: string, path: readonly (string | number)[]): string | null {
  if (path[0] !== 'http' || !['url', 'headers', 'body'].includes(String(path[1])))
    return `only url, headers and body of http may refer to env.${name}: everything else is journaled and shown`
  return /^AWS_/i.test(name) ? `${name} is AWS's own: it isn't sent anywhere` : null
}

function rawFacts({raw}: RawStep): readonly string[] {
  const kept = (of: unknown): readonly string[] => Object.keys(mapOf(mapOf(of)['keep']))
  if (raw['uses'] !== undefined) return factsOfBuiltIn(textOf(raw['uses']))
  if (raw['call'] !== undefined) {
    const call = mapOf(raw['call'])
    const changes = judgeCall(textOf(call['service']), textOf(call['action'])).kind !== 'read'
    return [...kept(call), ...(changes ? kept(call['check']) : [])]
  }
  if (raw['http'] !== undefined) return ['status', 'at', ...kept(raw['http'])]
  if (raw['metric'] !== undefined) return ['value', 'at']
  if (raw['manual'] !== undefined) return ['evidence', 'by', 'at']
  if (raw['approval'] !== undefined) return ['by', 'at']
  return raw['wait'] === undefined ? [] : ['until']
}
