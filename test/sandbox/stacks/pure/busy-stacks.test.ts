/** What a stack that is busy, or failed, lets nobody do. One row, one status that it is met in. */
import {afterAll, expect, it} from 'vitest'
import {aLeapingAccount} from './a-leaping-account.ts'

const {world, call, status, seconds, settled} = aLeapingAccount()
afterAll(async () => {
  await world.close()
})

const queue = (name: string, keep: number, more = ''): object => ({
  StackName: name,
  TemplateBody: `Resources:\n  Q: {Type: AWS::SQS::Queue, Properties: {MessageRetentionPeriod: ${keep}}}\n${more}`,
})
const network = '  V: {Type: AWS::EC2::VPC, Properties: {CidrBlock: 10.0.0.0/16}}\n'

async function until(name: string, wanted: string): Promise<void> {
  for (let waited = 0; status(name) !== wanted; waited += 1) {
    if (waited > 600) throw new Error(`${name} is ${status(name)} and never was ${wanted}`)
    await seconds(1)
  }
}

it('while it is updated it is neither updated nor deleted', async () => {
  await call('CreateStack', queue('busy', 600))
  expect(await settled('busy')).toBe('CREATE_COMPLETE')
  await call('UpdateStack', queue('busy', 700))
  expect(status('busy')).toBe('UPDATE_IN_PROGRESS')
  await expect(call('UpdateStack', queue('busy', 800))).rejects.toThrow(/is in UPDATE_IN_PROGRESS state and can not be updated/)
  await expect(call('DeleteStack', {StackName: 'busy'})).rejects.toThrow(/cannot be deleted while in status UPDATE_IN_PROGRESS/)
  expect(await settled('busy')).toBe('UPDATE_COMPLETE')
})

it("while it cleans up it isn't done yet: no update begins", async () => {
  await call('CreateStack', queue('cleans', 600, network))
  expect(await settled('cleans')).toBe('CREATE_COMPLETE')
  await call('UpdateStack', queue('cleans', 700))
  await until('cleans', 'UPDATE_COMPLETE_CLEANUP_IN_PROGRESS')
  await expect(call('UpdateStack', queue('cleans', 800))).rejects.toThrow(/UPDATE_COMPLETE_CLEANUP_IN_PROGRESS/)
  await expect(call('CreateChangeSet', {...queue('cleans', 800), ChangeSetName: 'c'})).rejects.toThrow(
    /UPDATE_COMPLETE_CLEANUP_IN_PROGRESS/,
  )
  expect(await settled('cleans')).toBe('UPDATE_COMPLETE')
})

it('what was rolled back at its creation can only be deleted', async () => {
  world.setFault({kind: 'resource-fails', target: 'lost/Q', times: 1})
  await call('CreateStack', queue('lost', 600))
  expect(await settled('lost')).toBe('ROLLBACK_COMPLETE')
  await expect(call('UpdateStack', queue('lost', 700))).rejects.toThrow(/is in ROLLBACK_COMPLETE state and can not be updated/)
  await call('DeleteStack', {StackName: 'lost'})
  expect(await settled('lost')).toBe('DELETE_COMPLETE')
})

it('a token that another kind of operation used is refused', async () => {
  await call('CreateStack', {...queue('tokens', 600), ClientRequestToken: 'one'})
  await settled('tokens')
  await expect(call('UpdateStack', {...queue('tokens', 700), ClientRequestToken: 'one'})).rejects.toMatchObject({
    code: 'TokenAlreadyExistsException',
  })
})
