/** What `sandbox up` says last: the commands that one goes on with, in the order in which one needs them. */
import {expect, it} from 'vitest'
import {upText} from '../../src/sandbox/up-text.ts'

const up = {name: 'try', endpoint: 'http://127.0.0.1:1', regions: ['eu-west-1', 'eu-central-1'], speed: 60} as const

it.each([
  ['shop', ['sluice sandbox status --name try', 'sluice init --sandbox try', 'sluice release shop/api:1.9.0 --sandbox try']],
  ['empty', ['sluice init --stack --sandbox try', 'sluice infra up --sandbox try']],
] as const)('a sandbox that is up leads on, and down: world %s', (world, next) => {
  const commands = upText({...up, world})
    .split('\n')
    .slice(1)
    .map((line) => line.trim())
  expect(commands).toEqual([...next, 'sluice sandbox down --name try'])
})
