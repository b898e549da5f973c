import {describe, expect, it} from 'vitest'
import {dynamicReference} from '../../../../src/sandbox/stacks/template/dynamic-reference.ts'

const secret = {kind: 'secret', key: undefined, stage: undefined, version: undefined}
const arn = 'arn:aws:secretsmanager:eu-central-1:123456789012:secret:shop/db-AbCdEf'

describe('a dynamic reference asks for', () => {
  it.each([
    ['a parameter', 'ssm:/a/b', {kind: 'parameter', name: '/a/b', version: undefined, secure: false}],
    ['a version of a parameter', 'ssm:/a/b:3', {kind: 'parameter', name: '/a/b', version: '3', secure: false}],
    ['a secret parameter', 'ssm-secure:/a', {kind: 'parameter', name: '/a', version: undefined, secure: true}],
    ['a whole secret', 'secretsmanager:shop/db', {...secret, id: 'shop/db'}],
    ['a member of a secret', 'secretsmanager:shop/db:SecretString:password', {...secret, id: 'shop/db', key: 'password'}],
    [
      'a stage of a member',
      'secretsmanager:shop/db:SecretString:password:AWSPREVIOUS',
      {...secret, id: 'shop/db', key: 'password', stage: 'AWSPREVIOUS'},
    ],
    ['a version of a whole secret', 'secretsmanager:shop/db:SecretString:::v1', {...secret, id: 'shop/db', version: 'v1'}],
    ['a member of a secret by its ARN', `secretsmanager:${arn}:SecretString:password`, {...secret, id: arn, key: 'password'}],
    ['a whole secret by its ARN', `secretsmanager:${arn}`, {...secret, id: arn}],
  ])('%s', (_, text, expected) => {
    expect(dynamicReference(`{{resolve:${text}}}`)).toEqual(expected)
  })

  it('nothing else', () => {
    expect(() => dynamicReference('{{resolve:vault:x}}')).toThrow('dynamic references to vault')
  })
})
