/** The demo's sluice.yaml: a stack in two Regions, and how its service is released. The same file a person would write. */

export const regions = ['eu-west-1', 'eu-central-1'] as const
export const service = 'shop'

export const demoFile = `service: ${service}
environment: production
region: ${regions[0]}
gates:
  latency: {bound: 500ms}
steps:
  - {weight: 20, hold: 3m, atMost: 12m}
  - {weight: 60, hold: 3m, atMost: 12m}
stack:
  api: origin-api.example.com
  site: www.example.com
  hostedZone: Z0EXAMPLE0000
  alarms: oncall@example.com
  firstImage: shop/api:1.8.2
  recovery:
    region: ${regions[1]}
`
