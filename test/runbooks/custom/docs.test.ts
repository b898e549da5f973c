import {readFile} from 'node:fs/promises'
import {describe, expect, it} from 'vitest'
import {anchors} from '../../../src/config/runbook-anchors.ts'
import {allowedChanges} from '../../../src/config/runbook-calls.ts'
import {parseRunbook} from '../../../src/config/runbook-load.ts'
import {builtInSteps} from '../../../src/config/runbook-uses.ts'

describe('docs/runbooks.md', async () => {
  const page = await readFile(new URL('../../../docs/runbooks.md', import.meta.url), 'utf8')

  it('shows runbooks that load', () => {
    const examples = [...page.matchAll(/```yaml\n([\s\S]*?)```/g)].map(([, text]) => parseRunbook(text ?? ''))
    expect(examples.map((parsed) => (parsed.kind === 'problems' ? parsed.problems : parsed.runbook.kind))).toEqual([
      'runbook',
      'extension',
    ])
  })

  it('names every change that is allowed, every step that comes with the tool, and every step of a failover', () => {
    const named = [
      ...Object.keys(allowedChanges).map((name) => name.split(':')[1] ?? ''),
      ...Object.keys(builtInSteps),
      ...anchors['dr promote'],
    ]
    expect(named.filter((name) => !page.includes(name))).toEqual([])
  })
})
