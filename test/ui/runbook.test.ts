/** Runbooks on a screen, as a graph and on paper: one model, four renderings. */
import {describe, expect, it} from 'vitest'
import {anchors} from '../../src/config/runbook-anchors.ts'
import {recoveries} from '../../src/config/runbook.ts'
import {aboutRecoveries, builtInSteps} from '../../src/runbooks/custom/built-in-recoveries.ts'
import {awsCommand, kebab} from '../../src/ui/runbook-cli.ts'
import {runbookHtml} from '../../src/ui/runbook-html.ts'
import {runbookMermaid} from '../../src/ui/runbook-mermaid.ts'
import {byHand} from '../../src/ui/runbook-recovery-by-hand.ts'
import {ownSheet, recoverySheet} from '../../src/ui/runbook-sheet.ts'
import {runbookListText, runbookPrintText, runbookShowText} from '../../src/ui/runbook-text.ts'
import {aPlace, aSettings, aStackConfig} from '../support/recovery-bench.ts'
import {anExtension, ownRunbook} from '../support/runbook-bench.ts'

const place = aPlace()
const evening = ownSheet(
  ownRunbook(`name: evening
description: what we do in the evening
objectives: {rto: 2m}
steps:
  - {id: replica, title: The replica is fit, uses: replica-replicating, usual: {p50: 5s, p90: 1m}}
  - id: drain
    call: {service: ecs, action: UpdateService, input: {cluster: jobs, service: worker, desiredCount: 0}, check: {service: ecs, action: DescribeServices, input: {cluster: jobs, services: [worker]}, done-when: {path: 'services[0].runningCount', equals: 0}}}
    undo: {service: ecs, action: UpdateService, input: {cluster: jobs, service: worker, desiredCount: 4}}
    usual: {p50: 40s, p90: 3m}
  - {id: bank, needs: [replica], manual: {instructions: 'Call "<the bank>" & ask for \${place.service}'}}
  - {id: calm, needs: [drain, bank], metric: {namespace: A, metric: M, dimensions: {L: x}, stat: p99, is: below, value: 5, for: 3m}}
`),
  place,
  aSettings(),
)

describe('an AWS call as the AWS CLI takes it', () => {
  it.each([
    ['DescribeDBInstances', 'describe-db-instances'],
    ['UpdateService', 'update-service'],
    ['GetMetricData', 'get-metric-data'],
    ['ListObjectsV2', 'list-objects-v2'],
    ['DescribeDBSnapshots', 'describe-db-snapshots'],
    ['DescribeVPCs', 'describe-vpcs'],
  ])('%s is %s', (action, words) => {
    expect(kebab(action)).toBe(words)
  })

  it("has the CLI's name of the service, and its input as JSON that a shell reads back", () => {
    expect(awsCommand({service: 'elasticloadbalancing', action: 'DescribeRules', input: {x: "it's"}}, 'eu-west-1')).toBe(
      "aws elbv2 describe-rules --region eu-west-1 --cli-input-json '{\"x\":\"it'\\''s\"}'",
    )
  })
})

describe('on a screen', () => {
  it('says the critical path, what it usually takes, and that the objective is missed in a bad case', () => {
    expect(runbookShowText(evening, 100)).toBe(
      `evening: what we do in the evening

* replica  The replica is fit · 5 s (nearly always under 1 min)
* drain    Only where the check doesn't find it done already. · 40 s (nearly always under 3 min) · after replica
  bank     Call "<the bank>" & ask for shop · after replica
* calm     A M (p99) below 5 for 3 min · after drain, bank

  critical path *  replica → drain → calm
  usually 45 s, nearly always under 4 min and what calm take: nothing is usual for them yet
  objective  RTO 2 min: in a bad case it is missed

  sluice runbook run evening`.replace(
        '· 40 s (nearly always under 3 min) · after replica',
        '· 40 s (nearly always under 3 min) ·\n             after replica',
      ),
    )
  })

  it("lists what comes with the tool and what is the team's own", () => {
    const text = runbookListText(
      [
        {name: 'dr promote', kind: 'built-in', file: null, description: 'users away', steps: 0},
        {name: 'evening', kind: 'own', file: 'runbooks/evening.yaml', description: 'what we do', steps: 4},
      ],
      80,
    )
    expect(text).toBe(
      '  dr promote  users away (comes with sluice)\n  evening     what we do (4 steps)\n\n  sluice runbook show evening · sluice runbook run evening',
    )
  })
})

describe('as a graph', () => {
  it('has every step and every need, the critical path thick, and nothing in a label that Mermaid would read', () => {
    const graph = runbookMermaid(evening)
    expect(graph.split('\n').slice(0, 10)).toEqual([
      'flowchart TD',
      '  s_replica["replica<br/>The replica is fit<br/>about 5 s"]',
      '  s_drain["drain<br/>about 40 s"]',
      '  s_bank["bank"]',
      '  s_calm["calm"]',
      '  s_replica ==> s_drain',
      '  s_replica --> s_bank',
      '  s_drain ==> s_calm',
      '  s_bank --> s_calm',
      '  classDef critical stroke-width:3px',
    ])
    expect(runbookMermaid({...evening, steps: [{...evening.steps[0]!, title: 'a "b" <c> `d` & #e;'}]})).toContain(
      'a #34;b#34; #60;c#62; #96;d#96; #38; #35;e;',
    )
  })

  it.each(['end', 'graph', 'subgraph', 'class', 'click', 'default', 'style', 'o-x'])(
    'has no node that Mermaid would take for a word of its own: %s',
    (id) => {
      const sheet = ownSheet(
        ownRunbook(`name: a\ndescription: d\nsteps:\n  - {id: ${id}, wait: 1m}\n  - {id: z, wait: 1m}`),
        place,
        aSettings(),
      )
      const words = runbookMermaid(sheet)
        .replaceAll(/\["[^"]*"\]/g, '')
        .split(/[\s,]+/)
        .filter((word) => !['flowchart', 'TD', '==>', 'classDef', 'critical', 'stroke-width:3px', 'class'].includes(word))
      expect(words.every((word) => /^s_[a-z_]+$/.test(word))).toBe(true)
    },
  )

  it('has nodes for all of a recovery', async () => {
    const settings = aSettings()
    const steps = await builtInSteps('dr failback', {config: aStackConfig(), place, settings, extension: null})
    const graph = runbookMermaid(recoverySheet({name: 'dr failback', about: '', settings, extension: null}, steps, place))
    expect(steps.filter(({id}) => !graph.includes(`  s_${id.replaceAll('-', '_')}`))).toEqual([])
  })
})

describe('on paper', () => {
  const text = runbookPrintText(evening, '2026-11-23 02:00Z')

  it('has every command with its check, how it is taken back, and room for the hour and the name', () => {
    expect(text).toContain(
      '$ aws ecs update-service --region eu-central-1 --cli-input-json \'{"cluster":"jobs","service":"worker","desiredCount":0}\'',
    )
    expect(text).toContain("--query 'services[0].runningCount'\n      # until it says 0")
    expect(text).toContain('taken back: $ aws ecs update-service')
    expect(text.match(/at ____:____ by/g)).toHaveLength(4)
  })

  it('says whose word counts, and leaves a secret to the shell', () => {
    const sheet = ownSheet(
      ownRunbook(
        "name: a\ndescription: d\nsteps:\n  - {id: ask, approval: {question: 'Well?', by: another}}\n  - {id: tell, http: {url: 'https://x.example.com', headers: {Authorization: 'Bearer ${env.TOKEN}'}}}",
      ),
      place,
      aSettings(),
    )
    expect(runbookPrintText(sheet, '')).toContain('Well? (somebody else than who began the run)')
    expect(runbookPrintText(sheet, '')).toContain('$ curl -si -H "authorization: Bearer ${TOKEN}" https://x.example.com')
  })

  it('is one HTML file that loads nothing and lets nothing become markup', () => {
    const page = runbookHtml(evening, '2026-11-23 02:00Z')
    expect(page).not.toMatch(/<(script|link|img)|src=|url\(/)
    expect(page).toContain('Call &quot;&lt;the bank&gt;&quot; &amp; ask for shop')
    expect(page).toMatch(/^<!doctype html>/)
  })

  it('has each command on a line of its own in HTML too: a comment must not swallow the next one', () => {
    const page = runbookHtml(evening, '2026-11-23 02:00Z')
    const [block = ''] = /<pre>aws ecs update-service[\s\S]*?<\/pre>/.exec(page) ?? []
    expect(block.split('\n')).toEqual([
      expect.stringMatching(/^<pre>aws ecs update-service /) as string,
      expect.stringMatching(/^aws ecs describe-services /) as string,
      '# until it says 0</pre>',
    ])
    expect(page).toContain('<meta name="viewport"')
  })
})

describe.each(recoveries)('%s on paper', (name) => {
  const sheetOf = async (extension: Parameters<typeof recoverySheet>[0]['extension'] = null) => {
    const settings = aSettings({probes: {...aSettings().probes, warm: ['/top']}})
    return recoverySheet(
      {name, about: aboutRecoveries[name], settings, extension},
      await builtInSteps(name, {config: aStackConfig(), place, settings, extension}),
      place,
    )
  }

  it('tells for every step what a person does', () => {
    for (const id of anchors[name]) {
      const {words, commands} = byHand(name, id, place, aSettings())
      expect(words.length + commands.length, id).toBeGreaterThan(0)
    }
  })

  it('names no number that is only known when it is run', async () => {
    expect(runbookPrintText(await sheetOf(), '')).not.toMatch(/\b1 (hosts|tasks)/)
  })

  it('shows the steps that the team has added in their place', async () => {
    const anchor = name === 'dr drill' ? 'untouched' : 'flip'
    const sheet = await sheetOf(
      anExtension(
        `name: more\ndescription: d\nextends: ${name}\nbefore: {${anchor}: [{id: page, manual: {instructions: tell the bank}}]}`,
      ),
    )
    expect(sheet.steps.find(({id}) => id === 'page')).toMatchObject({
      own: true,
      words: ['tell the bank', 'Then: sluice runbook resume --done page --evidence TEXT'],
    })
    expect(sheet.steps.find(({id}) => id === anchor)?.needs).toContain('page')
  })
})

describe('dr promote on paper', () => {
  it('measures to where users are served, marks the point of no return, and moves users without any control plane', async () => {
    const settings = aSettings()
    const sheet = recoverySheet(
      {name: 'dr promote', about: '', settings, extension: null},
      await builtInSteps('dr promote', {config: aStackConfig(), place, settings, extension: null}),
      place,
    )
    expect(sheet.criticalPath.ids.at(-1)).toBe('serving')
    expect(sheet.steps.filter(({pointOfNoReturn}) => pointOfNoReturn).map(({id}) => id)).toEqual(['promote-database'])
    const flip = sheet.steps.find(({id}) => id === 'flip')?.commands.join('\n')
    expect(flip).toContain(
      'aws s3api put-object --region eu-central-1 --bucket shop-production-switch-111122223333-eu-central-1 --key stop',
    )
    expect(flip).not.toMatch(/route53|cloudfront/)
  })
})
