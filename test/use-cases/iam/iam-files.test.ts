/** What `iam policy` is asked, what it writes, and what it says about it. */
import {execFile} from 'node:child_process'
import {mkdtemp, readFile, rm, writeFile, mkdir} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {promisify} from 'node:util'
import {afterEach, beforeEach, describe, expect, test} from 'vitest'
import {askedFor} from '../../../src/use-cases/iam/iam-asked.ts'
import {writePolicies} from '../../../src/use-cases/iam/iam-files.ts'
import {policyName, policyNotes} from '../../../src/use-cases/iam/iam-notes.ts'
import {ownStepsOf} from '../../../src/use-cases/iam/iam-own-steps.ts'
import {policySet} from '../../../src/runbooks/iam/policy-set.ts'
import {iamPolicy} from '../../../src/runbooks/iam-policy.ts'
import type {Where} from '../../../src/runbooks/iam/where.ts'

const where: Where = {
  partition: 'aws',
  account: '111122223333',
  regions: ['eu-west-1', 'eu-central-1'],
  service: 'shop',
  environment: 'production',
}
const whose = {...where, notes: ['ec2:DescribeVpcs: on *; rm -rf $HOME']}
let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'sluice-iam-'))
})
afterEach(() => rm(directory, {recursive: true}))

describe('what is asked', () => {
  test.each([
    ['release', 'release'],
    ['sluice dr promote', 'dr promote'],
  ])('%s is a command', (given, command) => {
    expect(askedFor([given])).toEqual({commands: [command], runbooks: []})
  })

  test('runbook run NAME is that runbook', () => {
    expect(askedFor(['runbook run evening', 'runbook resume evening', 'runbook run night'])).toEqual({
      commands: ['runbook run', 'runbook resume'],
      runbooks: ['evening', 'night'],
    })
  })

  test('runbook run without a name is every runbook that there is', () => {
    expect(askedFor(['runbook run evening', 'runbook run']).runbooks).toBe('all')
  })

  test('what nobody knows is refused with what was meant', () => {
    expect(() => askedFor(['dr promot'])).toThrow(
      expect.objectContaining({exitCode: 2, suggestions: ['sluice iam policy --command "dr promote"']}),
    )
  })
})

describe('steps of the team’s own', () => {
  const config = () => join(directory, 'sluice.yaml')
  const steps = async (...given: readonly string[]) =>
    (await ownStepsOf(askedFor(given), {config: config()}, where)).flatMap((one) => one.steps.map(({id}) => id))
  beforeEach(async () => {
    await mkdir(join(directory, 'runbooks'))
    const looks = 'call: {service: ec2, action: DescribeVpcs, input: {}}'
    await writeFile(
      config(),
      `service: shop\nenvironment: production\nregion: eu-west-1\nstack:\n  api: a.example.com\n  site: www.example.com\n  recovery: {region: eu-central-1, extend: ${join(directory, 'runbooks')}}\n`,
    )
    for (const [name, text] of Object.entries({
      evening: `name: evening\ndescription: d\nsteps:\n  - {id: looks, ${looks}}\n`,
      night: `name: night\ndescription: d\nsteps:\n  - {id: sleeps, wait: 1m}\n`,
      page: `name: page\ndescription: d\nextends: dr promote\nafter:\n  serving:\n    - {id: told, ${looks}}\n`,
    }))
      await writeFile(join(directory, 'runbooks', `${name}.yaml`), text)
  })

  test.each([
    [['runbook run evening'], ['looks']],
    [['runbook run'], ['looks', 'sleeps']],
    [['dr promote'], ['told']],
    [['dr resume'], ['told']],
    [['dr failback'], []],
    [['release', 'infra up'], []],
    [
      ['dr promote', 'runbook run night'],
      ['sleeps', 'told'],
    ],
  ])('%s may run %s', async (given, ids) => {
    expect(await steps(...given)).toEqual(ids)
  })

  test('what stands around a recovery is not run by its name, and it is said what is', async () => {
    await expect(steps('runbook run page')).rejects.toMatchObject({
      exitCode: 2,
      suggestions: ["sluice iam policy --command 'dr promote'"],
    })
  })
})

describe('files', () => {
  const name = policyName(where, ['infra up'])
  const policy = iamPolicy(['infra up'], where)
  const set = policySet(policy, name)

  test('hold one policy each, as it is', async () => {
    const {policies} = await writePolicies(directory, name, set, whose)
    expect(policies).toHaveLength(2)
    for (const {file, document} of policies) expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(document)
  })

  test('the printed lines make each policy and attach it to the role that the shell names', async () => {
    const {lines} = await writePolicies(directory, name, set, whose)
    const aws = 'aws() { echo "$@"; }'
    const {stdout} = await promisify(execFile)('sh', ['-c', [aws, ...lines].join('\n')], {env: {ROLE: 'deployer'}})
    const arn = (number: number): string => `arn:aws:iam::111122223333:policy/sluice-shop-production-infra-up-${number}`
    expect(stdout.trim().split('\n')).toEqual([
      ...[1, 2].map(
        (number) =>
          `iam create-policy --policy-name ${name}-${number} --policy-document file://${directory}/${name}-${number}.json`,
      ),
      ...[1, 2].map((number) => `iam attach-role-policy --role-name deployer --policy-arn ${arn(number)}`),
    ])
  })

  test('what has to be known stands above them, and is never run', async () => {
    const {lines} = await writePolicies(directory, name, set, whose)
    expect(lines[0]).toBe('# ec2:DescribeVpcs: on *; rm -rf $HOME')
  })

  test('without a role nothing is made', async () => {
    const {lines} = await writePolicies(directory, name, set, whose)
    const ran = promisify(execFile)('sh', ['-c', ['aws() { echo "$@"; }', ...lines].join('\n')], {env: {}})
    await expect(ran).rejects.toMatchObject({stdout: ''})
  })

  test('one of an earlier time is left and named; a file of somebody else is not ours', async () => {
    await writeFile(join(directory, `${name}-3.json`), '{}')
    await writeFile(join(directory, `${name}-mine.json`), '{}')
    const written = await writePolicies(directory, name, set, whose)
    expect(written.left).toEqual([join(directory, `${name}-3.json`)])
    expect(policyNotes(policy, set, written).join('\n')).toContain('detach and delete its policy')
  })

  test("a directory that can't be one is exit 2", async () => {
    await writeFile(join(directory, 'taken'), '')
    await expect(writePolicies(join(directory, 'taken'), name, set, whose)).rejects.toMatchObject({exitCode: 2})
  })
})

describe('what is said', () => {
  const policy = iamPolicy(['infra up'], where)

  test('nothing about a policy that fits', () => {
    const fits = iamPolicy(['release'], where)
    expect(policyNotes(fits, policySet(fits, 'p'), null)).toEqual([])
  })

  test('how many there are, and how they become files', () => {
    expect(policyNotes(policy, policySet(policy, 'p'), null).join('\n')).toMatch(/6,144: these are 2,.*--output DIR/)
  })

  test('that it was shortened', () => {
    const shorter = iamPolicy(['dr settle'], where)
    expect(policyNotes(shorter, policySet(shorter, 'p'), null).join('\n')).toMatch(/^Shortened from .* it allows the same\.$/)
  })

  test('when a role has no room for all of them', () => {
    const many = policySet(policy, 'p', 1100)
    expect(many.length).toBeGreaterThan(10)
    expect(policyNotes(policy, many, null).join('\n')).toContain(`AWS attaches 10 managed policies to a role`)
  })
})
