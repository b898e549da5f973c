import {describe, expect, it} from 'vitest'
import {parseConfig} from '../../src/config/load.ts'
import type {Discovered} from '../../src/config/render-yaml.ts'
import {renderYaml, undiscovered} from '../../src/config/render-yaml.ts'

const elb = 'arn:aws:elasticloadbalancing:eu-west-1:111122223333'
const found: Discovered = {
  service: 'shop',
  region: 'eu-west-1',
  loadBalancer: `${elb}:loadbalancer/app/shop/50dc`,
  listener: `${elb}:listener/app/shop/50dc/f2f7`,
  rule: `${elb}:listener-rule/app/shop/50dc/f2f7/9683`,
  cluster: 'shop',
  container: 'api',
  slots: {
    a: {service: 'shop-a', targetGroup: `${elb}:targetgroup/shop-a/73e2`},
    b: {service: 'shop-b', targetGroup: `${elb}:targetgroup/shop-b/84f3`},
  },
}
const render = (from: Discovered): string => renderYaml(from, {schema: './schema.json'})

describe('the sluice.yaml that init writes', () => {
  it('is a valid configuration when everything was found', () => {
    expect(parseConfig(render(found))).toMatchObject({
      kind: 'config',
      config: {service: 'shop', container: 'api', slots: found.slots, steps: [{weight: 5}, {weight: 25}, {weight: 50}]},
    })
  })

  it('names its JSON schema on the first line', () => {
    expect(render(found).split('\n')[0]).toBe('# yaml-language-server: $schema=./schema.json')
  })

  it('says only what is still to be filled in when nothing was found', () => {
    const parsed = parseConfig(render(undiscovered('shop', 'eu-west-1')))
    expect(parsed.kind === 'problems' && parsed.problems.map((line) => line.replace(/^\S+ +/, ''))).toEqual(
      [
        'loadBalancer',
        'listener',
        'rule',
        'cluster',
        'slots.a.service',
        'slots.a.targetGroup',
        'slots.b.service',
        'slots.b.targetGroup',
      ].map((key) => `${key}: still to be filled in`),
    )
  })

  it('shows defaults as comments that are true', () => {
    // Taking the # away from every commented setting changes nothing that is decided.
    const uncommented = render(found).replace(
      /^( *)# ((?:  )?[a-zA-Z]+: +[^ ]+)( +#.*)?$/gm,
      (line, indent: string, setting: string) =>
        /^(tolerance|ratio|floor|ceiling|beta|minMinutes|environment|warmup|warm|afterPromotion):/.test(setting.trim())
          ? `${indent}${setting.replace(/ +$/, '')}`
          : line,
    )
    expect(uncommented).toContain('\nwarm: 30m')
    expect(parseConfig(uncommented)).toEqual(parseConfig(render(found)))
  })

  it('quotes what YAML would read otherwise', () => {
    expect(render({...found, service: 'true'})).toContain('service: "true"')
  })
})
