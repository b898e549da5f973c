/** The parts of an ARN, and the shapes that `sluice.yaml` accepts. Pure; says nothing about whether the thing exists. */
export interface Arn {
  readonly partition: string
  readonly service: string
  readonly region: string
  readonly account: string
  readonly resource: string
}

export function parseArn(text: string): Arn | null {
  const [prefix, partition, service, region, account, ...rest] = text.split(':')
  if (prefix !== 'arn' || !partition || !service || region === undefined || account === undefined || rest.length === 0) {
    return null
  }
  return {partition, service, region, account, resource: rest.join(':')}
}

const elb = 'arn:[a-z-]+:elasticloadbalancing:[a-z0-9-]+:\\d{12}'
export const arnPatterns = {
  loadBalancer: new RegExp(`^${elb}:loadbalancer/app/[^/]+/[^/]+$`),
  listener: new RegExp(`^${elb}:listener/app/[^/]+/[^/]+/[^/]+$`),
  rule: new RegExp(`^${elb}:listener-rule/app/[^/]+/[^/]+/[^/]+/[^/]+$`),
  targetGroup: new RegExp(`^${elb}:targetgroup/[^/]+/[^/]+$`),
  role: /^arn:[a-z-]+:iam::\d{12}:role\/.+$/,
  queue: /^arn:[a-z-]+:sqs:[a-z0-9-]+:\d{12}:[^:/]+$/,
} as const

export const arnExamples = {
  loadBalancer: 'arn:aws:elasticloadbalancing:eu-west-1:111122223333:loadbalancer/app/shop/50dc6c495c0c9188',
  listener: 'arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2',
  rule: 'arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener-rule/app/shop/50dc6c495c0c9188/f2f7dc8efc522ab2/9683b2d02a6cabee',
  targetGroup: 'arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/shop-a/73e2d6bc24d8a067',
  role: 'arn:aws:iam::111122223333:role/sluice-switch',
  queue: 'arn:aws:sqs:eu-west-1:111122223333:sluice-switch-failed',
} as const
export type ArnKind = keyof typeof arnPatterns
