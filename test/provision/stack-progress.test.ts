/** How far a stack under way is: what failed is told at once, by the resource that failed and not by the stacks around it. */
import {expect, test} from 'vitest'
import type {StackProgress, WantedStack} from '../../src/runbooks/provision/infra-plan.ts'
import type {ProvisionWorld, StackRef, StackResource, StackState} from '../../src/runbooks/provision/ports.ts'
import {stackProgress} from '../../src/runbooks/provision/stack-progress.ts'

const began = 1_000_000
const nested = 'AWS::CloudFormation::Stack'
const one = (logicalId: string, status: string, change: Partial<StackResource> = {}): StackResource => ({
  logicalId,
  physicalId: `${logicalId}-id`,
  type: 'AWS::SNS::Topic',
  status,
  reason: null,
  changedAt: began + 5000,
  ...change,
})

async function progress(stacks: Readonly<Record<string, readonly StackResource[]>>): Promise<StackProgress> {
  const world = {stacks: {resources: async ({name}: StackRef) => stacks[name] ?? []}} as unknown as ProvisionWorld
  const stack = {id: 'main@eu-west-1', name: 'main', region: 'eu-west-1', resources: []} as unknown as WantedStack
  const found = await stackProgress(
    world,
    stack,
    {status: 'CREATE_IN_PROGRESS', changedAt: began} as StackState,
    new AbortController().signal,
  )
  if (found === null) throw new Error('no progress')
  return found
}

test('what failed is told while the rest goes on', async () => {
  const found = await progress({
    main: [
      one('Vault', 'CREATE_FAILED', {
        reason: 'Resource handler returned message: "AlreadyExists" (RequestToken: 94-b0, HandlerErrorCode: AlreadyExists)',
      }),
      one('Cache', 'CREATE_IN_PROGRESS'),
    ],
  })
  expect(found.failed).toEqual([
    {path: 'Vault', type: 'AWS::SNS::Topic', reason: 'AlreadyExists (HandlerErrorCode: AlreadyExists)'},
  ])
  expect(found.underWay.map(({path}) => path)).toEqual(['Cache'])
})

test('of a nested stack the resource is named, whether the stack is at work still or has failed', async () => {
  const inside = [one('Vault', 'CREATE_FAILED', {reason: 'AlreadyExists'})]
  for (const status of ['CREATE_IN_PROGRESS', 'CREATE_FAILED']) {
    const found = await progress({
      main: [one('Backup', status, {type: nested, reason: 'Embedded stack was not successfully created'})],
      'Backup-id': inside,
    })
    expect(found.failed).toEqual([{path: 'Backup/Vault', type: 'AWS::SNS::Topic', reason: 'AlreadyExists'}])
  }
})

test('a nested stack that failed before it made anything speaks for itself', async () => {
  const found = await progress({main: [one('Backup', 'CREATE_FAILED', {type: nested, physicalId: '', reason: 'Template error'})]})
  expect(found.failed).toEqual([{path: 'Backup', type: nested, reason: 'Template error'}])
})

test("what was only stopped because something else failed isn't told", async () => {
  expect((await progress({main: [one('Topic', 'CREATE_FAILED', {reason: 'Resource creation cancelled'})]})).failed).toEqual([])
})

test("what failed the last time, and is about to be made again, isn't told", async () => {
  expect(
    (await progress({main: [one('Vault', 'CREATE_FAILED', {reason: 'AlreadyExists', changedAt: began - 1})]})).failed,
  ).toEqual([])
})
