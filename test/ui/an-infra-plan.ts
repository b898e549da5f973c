/** A plan of provisioning with boring defaults, of which a test changes one thing. */
import type {StackConfig} from '../../src/config/stack-config.ts'
import type {InfraPlan, JudgedChange, PlannedStack, StackVerdict} from '../../src/runbooks/provision/infra-plan.ts'

const config = {
  service: 'shop',
  environment: 'production',
  region: 'eu-west-1',
  shape: 'production',
  api: 'api.example.com',
  site: 'www.example.com',
  hostedZone: 'Z0EXAMPLE0000',
  network: '10.40.0.0/16',
  engine: 'postgres',
  account: 'own',
  alarms: '',
  siteCertificate: '',
  distribution: '',
  activeRegion: 'eu-west-1',
  parameters: {},
  firstImage: 'shop/api:1.8.2',
  allowedAccounts: [],
  task: {cpu: 256, memory: 512},
  recovery: {region: 'eu-central-1', shape: 'warm-standby', network: '10.41.0.0/16', parameters: {}},
} as unknown as StackConfig

export function aStack(id: string, verdict: StackVerdict): PlannedStack {
  const [kind = '', region = ''] = id.split('@')
  return {id, name: `shop-production-${kind}`, region, templateHash: 'aaaa', fingerprint: 'ffff', verdict}
}

export const aChange = (change: Partial<JudgedChange> = {}): JudgedChange => ({
  path: 'Api/LaunchTemplate',
  type: 'AWS::EC2::LaunchTemplate',
  physicalId: 'lt-1',
  action: 'modify',
  replacement: 'no',
  nested: null,
  dangers: [],
  properties: [
    {path: 'Properties/LaunchTemplateData/ImageId', before: 'ami-0aaa', after: 'ami-0bbb', replaces: 'no', follows: false},
  ],
  ...change,
})

const first: readonly PlannedStack[] = [
  aStack('foundation@eu-west-1', {kind: 'create', resources: 24}),
  aStack('foundation@eu-central-1', {kind: 'create', resources: 24}),
  aStack('certificate@us-east-1', {kind: 'create', resources: 3}),
  aStack('main@eu-central-1', {kind: 'create', resources: 171}),
  aStack('main@eu-west-1', {kind: 'create', resources: 213}),
  aStack('replica@eu-central-1', {kind: 'create', resources: 4}),
]

export function aPlan(change: Partial<InfraPlan> = {}): InfraPlan {
  return {
    schema: 1,
    toolVersion: '0.1.0',
    account: '111122223333',
    arn: 'arn:aws:iam::111122223333:role/deployer',
    config,
    stacks: first,
    slots: ['eu-west-1', 'eu-central-1'].flatMap((region) =>
      ['live-rule', 'slot-a', 'slot-b'].map((what) => ({region, what, verdict: 'create' as const})),
    ),
    findings: [{id: 'zone', level: 'ok', text: 'the hosted zone is example.com', suggestions: []}],
    criticalPath: [
      {id: 'foundation@eu-west-1', seconds: 21},
      {id: 'main@eu-west-1', seconds: 760},
      {id: 'replica@eu-central-1', seconds: 600},
    ],
    etaSeconds: 1381,
    changes: true,
    hash: 'abcdef',
    ...change,
  }
}
