/** Where sandboxes are remembered on this machine, and what is said when nothing can be written there. */
import {mkdtemp, writeFile} from 'node:fs/promises'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {expect, it} from 'vitest'
import {findHandle, removeHandle, writeHandle} from '../../src/config/sandbox-handle.ts'
import type {SandboxHandle} from '../../src/config/sandbox-handle.ts'

const handle: SandboxHandle = {
  endpoint: 'http://127.0.0.1:1',
  pid: 1,
  speed: 60,
  seed: 1,
  world: 'shop',
  regions: ['eu-west-1'],
  services: ['api'],
  account: '111122223333',
}
const aDirectory = (): Promise<string> => mkdtemp(join(tmpdir(), 'sluice-handle-'))

it('a sandbox is found by its name until it is forgotten', async () => {
  const env = {XDG_STATE_HOME: await aDirectory()}
  await writeHandle('try', handle, env)
  expect(await findHandle('try', env)).toEqual(handle)
  await removeHandle('try', env)
  expect(await findHandle('try', env)).toBeNull()
})

it('a state home that is no directory is named as such, exit 2, and is no bug of ours', async () => {
  const file = join(await aDirectory(), 'file')
  await writeFile(file, '')
  const env = {XDG_STATE_HOME: file}
  for (const act of [removeHandle('try', env), writeHandle('try', handle, env)])
    await expect(act).rejects.toMatchObject({code: 'state-home', exitCode: 2})
})
