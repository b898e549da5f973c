import {describe, expect, it} from 'vitest'
import {parseStack} from '../../src/config/load-stack.ts'
import {renderStackYaml} from '../../src/config/render-stack-yaml.ts'
import type {StackFile} from '../../src/config/render-stack-yaml.ts'

const bare: StackFile = {
  service: 'shop',
  region: 'eu-west-1',
  recoveryRegion: null,
  domain: 'example.com',
  hostedZone: null,
  image: null,
}
const stackOf = (changes: Partial<StackFile>) =>
  parseStack(renderStackYaml({...bare, ...changes}, {schema: 'https://example.com/schema.json'}))

describe('the sluice.yaml that init --stack writes', () => {
  it('is a stack as it stands, in one Region, when nothing else is known', () => {
    expect(stackOf({})).toMatchObject({
      kind: 'config',
      config: {service: 'shop', api: 'origin-api.example.com', site: 'www.example.com', hostedZone: '', recovery: null},
    })
  })

  it('names what was found: zone, second Region, first image', () => {
    const found = stackOf({hostedZone: 'Z0EXAMPLE0000', recoveryRegion: 'eu-central-1', image: 'shop/api:1.8.2'})
    expect(found).toMatchObject({
      kind: 'config',
      config: {
        hostedZone: 'Z0EXAMPLE0000',
        firstImage: 'shop/api:1.8.2',
        recovery: {region: 'eu-central-1', shape: 'warm-standby'},
      },
    })
  })

  it('holds defaults as comments that are valid once the # is taken away', () => {
    const uncommented = renderStackYaml(bare, {schema: 's'}).replace(
      /^ {2}# (shape|alarms|allowedAccounts|recovery): (.*?)( {4}.*)?$/gm,
      '  $1: $2',
    )
    expect(parseStack(uncommented)).toMatchObject({
      kind: 'config',
      config: {
        shape: 'production',
        alarms: 'oncall@example.com',
        allowedAccounts: ['111122223333'],
        recovery: {region: 'eu-central-1'},
      },
    })
  })
})
