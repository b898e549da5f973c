/** What may stand in a runbook: everything wrong is said at once, at its place, with the way out. */
import {mkdtemp, rm, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {afterEach, beforeEach, describe, expect, it} from 'vitest'
import {allowedChanges, judgeCall} from '../../src/config/runbook-calls.ts'
import {findRunbook, loadExtension, loadRunbooks, parseRunbook} from '../../src/config/runbook-load.ts'
import {serviceModules} from '../../src/infra/aws/clients.ts'

const head = 'name: evening\ndescription: what we do\n'
const problems = (text: string): readonly string[] => {
  const parsed = parseRunbook(text)
  return parsed.kind === 'problems' ? parsed.problems : []
}
const ofSteps = (steps: string): readonly string[] => problems(`${head}steps:\n${steps}`)

describe('a runbook with several things wrong', () => {
  it('is refused with all of them, in the order of the file, whatever kind they are', () => {
    expect(
      problems(`name: Evening
description: what we do
stepz: []
steps:
  - id: one
    needs: [three]
    call: {service: rdss, action: DescribeDBInstances}
  - id: two
    deadline: 5
    wait: 5m
  - id: two
    http: {url: 'https://x.example.com', expect: {status: 2000}}
`),
    ).toEqual([
      '1:7  name: "Evening" isn\'t usable here: lower-case letters, digits and -, at most 40, like check-replica',
      '3:1  stepz: unknown key; did you mean steps?',
      '6:13  steps[0].needs[0]: there is no step three; known: one, two, two',
      '7:21  steps[0].call.service: no such service here; did you mean rds?',
      '9:15  steps[1].deadline: 5 has no unit: write a unit: 5m',
      '11:9  steps[2].id: two is here twice',
      "12:59  steps[2].http.expect.status: 2000 isn't usable here: a whole number from 100 to 599",
    ])
  })
})

describe('steps', () => {
  it.each([
    [
      'that do nothing',
      '  - {id: one}',
      '4:5  steps[0]: does nothing: one of uses, call, http, metric, manual, approval, wait is missing',
    ],
    [
      'that do two things',
      '  - {id: one, wait: 5m, manual: {instructions: x}}',
      '4:24  steps[0].wait: the step has manual already: one thing a step'.replace('4:24', '4:15'),
    ],
    ['that wait for themselves', '  - {id: one, needs: [one], wait: 5m}', "4:23  steps[0].needs[0]: one can't wait for itself"],
    [
      'whose needs go round',
      '  - {id: one, needs: [two], wait: 5m}\n  - {id: two, needs: [one], wait: 5m}',
      'needs go round in a circle: one → two → one',
    ],
    ['whose deadline is shorter than their wait', '  - {id: one, wait: 5m, deadline: 5m}', 'the wait alone takes "5m"'],
    ['without any time', '  - {id: one, wait: 5m, deadline: 0s}', '0 leaves no time at all'],
    ['with a p90 below its p50', '  - {id: one, wait: 5m, usual: {p50: 5m, p90: 1m}}', 'is below p50'],
    [
      "that use what isn't there",
      '  - {id: one, uses: replica-replicatin}',
      'no such step comes with the tool; did you mean replica-replicating?',
    ],
    [
      'that tell a built-in step too much',
      '  - {id: one, uses: write, with: {times: 3}}',
      "write isn't told this; it is told region",
    ],
    [
      'that tell a built-in step too little',
      '  - {id: one, uses: hosts, with: {group: g, cluster: c}}',
      'missing: count, a whole number',
    ],
    [
      'with done-when that says two things',
      '  - {id: one, call: {service: rds, action: DescribeDBInstances, done-when: {path: a, equals: 1, exists: true}}}',
      'equals and exists: only one of them',
    ],
    [
      'with done-when that says nothing',
      '  - {id: one, call: {service: rds, action: DescribeDBInstances, done-when: {path: a}}}',
      'says nothing: one of equals, in, exists is missing',
    ],
    [
      'that repeat a change until it is done',
      '  - {id: one, call: {service: ecs, action: UpdateService, done-when: {path: a, equals: 1}}}',
      'UpdateService changes something and is made once: put it under check',
    ],
    [
      'whose check changes something',
      '  - {id: one, call: {service: ecs, action: UpdateService, check: {service: ecs, action: UpdateService, done-when: {path: a, equals: 1}}}}',
      'a check only reads; UpdateService changes something',
    ],
    [
      'that bring their own token',
      '  - {id: one, call: {service: ssm, action: StartAutomationExecution, input: {ClientToken: x}}}',
      'the tool fills it in',
    ],
    [
      'that take back what changes nothing',
      '  - {id: one, wait: 5m, undo: {service: ecs, action: UpdateService}}',
      'this step changes nothing that could be taken back',
    ],
    ['that ask nobody', '  - {id: one, http: {expect: {status: 200}}}', 'missing: url or name'],
    [
      'that hold a secret in a header',
      "  - {id: one, http: {url: 'https://x', headers: {Authorization: Bearer abc}}}",
      '4:65  steps[0].http.headers.Authorization: a secret would be in the journal and in every report',
    ],
    ['that hold a password in a URL', "  - {id: one, http: {url: 'https://me:abc@x/up'}}", 'would be journaled'],
    [
      "that hold a secret in a task's environment",
      '  - {id: one, call: {service: ecs, action: RunTask, input: {overrides: {containerOverrides: [{environment: [{name: DB_PASSWORD, value: abc}]}]}}}}',
      'steps[0].call.input.overrides.containerOverrides[0].environment[0].value: a secret would be in the journal',
    ],
    [
      'that hold a secret in the parameters of a document',
      '  - {id: one, call: {service: ssm, action: StartAutomationExecution, input: {Parameters: {DbPassword: [abc]}}}}',
      'steps[0].call.input.Parameters.DbPassword: a secret would be in the journal',
    ],
    [
      "that send AWS's own credentials somewhere",
      "  - {id: one, http: {url: 'https://x', body: '${env.AWS_SECRET_ACCESS_KEY}', method: POST}}",
      "AWS_SECRET_ACCESS_KEY is AWS's own",
    ],
    [
      'that tell AWS what the environment holds',
      "  - {id: one, call: {service: ecs, action: RunTask, input: {a: '${env.X}'}}}",
      'only url, headers and body of http',
    ],
    ['that send a POST three times', "  - {id: one, http: {url: 'https://x', method: POST, times: 3}}", 'a POST is sent once'],
    ['that call a GET repeatable', "  - {id: one, http: {url: 'https://x', repeatable: true}}", 'only a POST does anything'],
    ['that send a body with GET', "  - {id: one, http: {url: 'https://x', body: x}}", 'only a POST has a body'],
    [
      'that wait for half a minute of a metric',
      '  - {id: one, metric: {namespace: A, metric: M, stat: Sum, is: below, value: 1, for: 30s}}',
      'whole minutes, from 1m to 1h',
    ],
    [
      "that promise to take back what they can't",
      '  - {id: one, call: {service: ecs, action: UpdateService}}\n  - {id: two, wait: 5m, on-failure: undo}',
      'one may have been done by then, and has no undo',
    ],
  ])('%s are refused', (_, steps, message) => {
    expect(ofSteps(steps).join('\n')).toContain(message)
  })

  it('wait for the one above, unless they say what they need', () => {
    const parsed = parseRunbook(
      `${head}steps:\n  - {id: one, wait: 1m}\n  - {id: two, wait: 1m}\n  - {id: three, needs: [], wait: 1m}`,
    )
    expect(parsed.kind === 'loaded' && parsed.runbook.kind === 'runbook' && parsed.runbook.steps.map(({needs}) => needs)).toEqual(
      [[], ['one'], []],
    )
  })
})

describe('a reference', () => {
  const after = (text: string, needs = 'needs: [look], '): string =>
    `  - {id: look, call: {service: rds, action: DescribeDBInstances, keep: {class: 'DBInstances[0].DBInstanceClass'}}}\n  - {id: say, ${needs}manual: {instructions: '${text}'}}`

  it.each([
    ['to a fact of a step before', '${steps.look.class}'],
    ['to the place', '${place.recovery} ${place.account}'],
    ['that is none', 'costs $${five}'],
  ])('%s is fine', (_, text) => {
    expect(ofSteps(after(text))).toEqual([])
  })

  it.each([
    ["to a step that isn't there", '${steps.loook.class}', 'there is no step loook; did you mean look?'],
    ["to a fact that a step doesn't keep", '${steps.look.clas}', 'look leaves no clas; did you mean class?'],
    ['to a place that nobody knows', '${place.recover}', 'nothing is known as place.recover; did you mean recovery?'],
    ['to a secret where people read it', '${env.TOKEN}', 'only url, headers and body of http may refer to env.TOKEN'],
    ['of another kind', '${secret.HOME}', "${secret.HOME} isn't a reference"],
  ])('%s is refused', (_, text, message) => {
    expect(ofSteps(after(text)).join('\n')).toContain(message)
  })

  it("to a step that doesn't come before is refused", () => {
    expect(ofSteps(after('${steps.look.class}', 'needs: [], ')).join()).toContain("look doesn't come before say: add it to needs")
  })
})

describe('which AWS calls are allowed', () => {
  it.each([
    ['rds', 'DescribeDBInstances'],
    ['s3', 'HeadObject'],
    ['cloudwatch', 'GetMetricData'],
    ['ecs', 'ListTasks'],
    ['logs', 'FilterLogEvents'],
  ])('%s:%s reads, and is', (service, action) => {
    expect(judgeCall(service, action)).toEqual({kind: 'read'})
  })

  it.each([
    ['rds', 'PromoteReadReplica', "isn't allowed in a runbook"],
    ['s3', 'PutObject', "isn't allowed in a runbook"],
    ['elasticloadbalancing', 'ModifyRule', "isn't allowed in a runbook"],
    ['secretsmanager', 'GetSecretValue', 'its answer is a secret'],
    ['ssm', 'GetParameter', 'its answer may be a secret'],
    ['ecr', 'GetAuthorizationToken', 'its answer is a right'],
    ['rds', 'DescribeDBInstence', 'rds has no DescribeDBInstence; did you mean DescribeDBInstances?'],
    ['lambda', 'Invoke', 'no such service here'],
  ])("%s:%s isn't", (service, action, because) => {
    expect(judgeCall(service, action)).toMatchObject({kind: 'refused', because: expect.stringContaining(because) as string})
  })

  it('every change that is has a client that can make it, and a token that it really takes', async () => {
    for (const name of Object.keys(allowedChanges)) {
      const [service = '', action = ''] = name.split(':')
      const client = (await serviceModules[service as keyof typeof serviceModules]()) as unknown as Readonly<
        Record<string, unknown>
      >
      expect(client[`${action}Command`], name).toBeTypeOf('function')
    }
  })
})

describe('an extension', () => {
  const extend = (rest: string): readonly string[] => problems(`${head}extends: dr promote\n${rest}`)

  it.each([
    [
      "a step that the recovery doesn't have",
      'before: {promote-databse: [{id: x, wait: 1m}]}',
      'dr promote has no such step; did you mean promote-database?',
    ],
    [
      'an id that the recovery has',
      'before: {flip: [{id: roll, wait: 1m}]}',
      'roll is a step of dr promote: call it something else',
    ],
    [
      'a person between what was agreed to and the promotion',
      'before: {promote-database: [{id: ask, approval: {question: well?}}]}',
      'before.promote-database[0].approval: approve has measured the loss by then',
    ],
    ['nothing to add', '', 'before or after is missing'],
    [
      'steps of its own',
      'before: {flip: [{id: x, wait: 1m}]}\nsteps: [{id: y, wait: 1m}]',
      'with extends, steps stand under before and after',
    ],
    ['something after the end', 'after: {report: [{id: x, wait: 1m}]}', 'the report is the end: put it before'],
    [
      'a promise to take back beyond the point of no return',
      'after: {promote-database: [{id: x, wait: 1m, on-failure: undo}]}',
      'nothing is taken back: pause or halt',
    ],
  ])('with %s is refused', (_, rest, message) => {
    expect(extend(rest).join('\n')).toContain(message)
  })

  it('may refer to what steps of the recovery find', () => {
    expect(extend("after: {serving: [{id: tell, manual: {instructions: 'since ${steps.serving.servingAt}'}}]}")).toEqual([])
  })
})

describe('the files of a directory', () => {
  let directory = ''
  const file = (name: string, text: string): Promise<void> => writeFile(join(directory, name), text)
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'sluice-runbooks-'))
  })
  afterEach(() => rm(directory, {recursive: true}))

  it('are none when there is no directory', async () => {
    expect(await loadRunbooks(join(directory, 'nowhere'))).toEqual([])
  })

  it('are refused together, each problem with its file', async () => {
    await file('a.yaml', 'name: a\n')
    await file('b.yaml', `${head}steps: [{id: x, wait: 5}]\n`)
    await expect(loadRunbooks(directory)).rejects.toMatchObject({
      code: 'runbook-invalid',
      exitCode: 2,
      details: expect.arrayContaining([
        expect.stringMatching(/a\.yaml:1:1 {2}description: missing/),
        expect.stringMatching(/b\.yaml:3:\d+ {2}steps\[0\]\.wait: 5 has no unit/),
      ]) as string[],
    })
  })

  it("can't have one name twice; one that isn't there is told with the nearest", async () => {
    await file('a.yaml', `${head}steps: [{id: x, wait: 5m}]\n`)
    await file('b.yaml', `${head}steps: [{id: x, wait: 5m}]\n`)
    await expect(loadRunbooks(directory)).rejects.toMatchObject({details: [expect.stringContaining('evening is the name of')]})
    await rm(join(directory, 'b.yaml'))
    const loaded = await loadRunbooks(directory)
    expect(() => findRunbook(loaded, 'evning')).toThrow(
      expect.objectContaining({code: 'runbook-unknown', suggestions: ['sluice runbook show evening']}) as Error,
    )
  })

  it('give a recovery the one extension of it', async () => {
    await file('own.yaml', `${head}steps: [{id: x, wait: 5m}]\n`)
    await file('more.yaml', 'name: more\ndescription: d\nextends: dr drill\nbefore: {remove: [{id: y, wait: 1m}]}\n')
    expect(await loadExtension(directory, 'dr drill')).toMatchObject({name: 'more'})
    expect(await loadExtension(directory, 'dr promote')).toBeNull()
    await file('again.yaml', 'name: again\ndescription: d\nextends: dr drill\nbefore: {remove: [{id: y, wait: 1m}]}\n')
    await expect(loadExtension(directory, 'dr drill')).rejects.toMatchObject({code: 'runbook-invalid'})
    await expect(loadExtension(join(directory, 'own.yaml'), 'dr drill')).rejects.toMatchObject({
      details: [expect.stringContaining('extends is missing')],
    })
  })
})
