/** What can be read off the templates themselves. cfn-lint (npm run lint:templates) knows the resources; these know the decisions. */
import {describe, expect, it} from 'vitest'
import {parseTemplate, readTemplates} from '../../src/infra/stack/templates.ts'
import type {Resource, Template} from '../../src/infra/stack/templates.ts'
import {orphansDoor} from '../../src/runbooks/recovery/failback-steps/tasks-ingress.ts'

const files = await readTemplates()
const templates = new Map(
  [...files].filter(([name]) => name.endsWith('.yaml')).map(([name, text]) => [name, parseTemplate(text)]),
)
const names = [...templates.keys()]
const template = (name: string): Template => templates.get(name) ?? expect.fail(`no ${name}`)
const resource = (name: string, id: string): Resource => template(name).Resources[id] ?? expect.fail(`no ${id} in ${name}`)
const properties = (name: string, id: string): Readonly<Record<string, unknown>> => resource(name, id).Properties ?? {}
const deep = (value: unknown, ...path: readonly (string | number)[]): unknown =>
  path.reduce<unknown>((at, key) => (at as Record<string | number, unknown> | undefined)?.[key], value)

interface Found {
  readonly file: string
  readonly id: string
  readonly resource: Resource
  /** As JSON, for what may stand anywhere in it. */
  readonly text: string
}
const all: readonly Found[] = [...templates].flatMap(([file, {Resources}]) =>
  Object.entries(Resources).map(([id, one]) => ({file, id, resource: one, text: JSON.stringify(one)})),
)
const ofType = (...types: readonly string[]): readonly Found[] => all.filter((one) => types.includes(one.resource.Type))
const label = ({file, id}: Found): string => `${file} ${id}`
/** Those that don't hold; the empty list is the good end. Fails when there is nothing to look at. */
const unlike = (found: readonly Found[], holds: (one: Found) => boolean): readonly string[] => {
  expect(found.length).toBeGreaterThan(0)
  return found.filter((one) => !holds(one)).map(label)
}

/** Every node of a value, itself first. */
function* nodes(value: unknown): Generator<unknown> {
  yield value
  if (typeof value === 'object' && value !== null) for (const child of Object.values(value)) yield* nodes(child)
}
/** Names that a value refers to, with the attribute or ''. */
function references(value: unknown): readonly (readonly [string, string])[] {
  return [...nodes(value)].flatMap((node): readonly (readonly [string, string])[] => {
    if (typeof node !== 'object' || node === null) return []
    const {
      Ref,
      'Fn::GetAtt': att,
      'Fn::Sub': sub,
    } = node as {
      readonly Ref?: string
      readonly 'Fn::GetAtt'?: readonly [string, string]
      readonly 'Fn::Sub'?: string | readonly [string, object]
    }
    const text = typeof sub === 'string' ? sub : (sub?.[0] ?? '')
    const inText = [...text.matchAll(/\$\{([^!}][^}]*)\}/g)].map(
      ([, name = '']) => [name.split('.')[0] ?? '', name.split('.').slice(1).join('.')] as const,
    )
    return [...(Ref === undefined ? [] : [[Ref, ''] as const]), ...(att === undefined ? [] : [att]), ...inText]
  })
}
const statements = (
  found: Found,
): readonly {
  readonly Effect: string
  readonly Action: unknown
  readonly Resource?: unknown
  readonly Condition?: unknown
  readonly Principal?: unknown
}[] =>
  [...nodes(found.resource.Properties)].flatMap((node) =>
    typeof node === 'object' && node !== null && Array.isArray((node as {readonly Statement?: unknown}).Statement)
      ? (node as {readonly Statement: never[]}).Statement
      : [],
  )

describe.each(names)('%s', (name) => {
  const one = template(name)
  const text = files.get(name) ?? ''

  it('uses every parameter and every condition it has', () => {
    const used = references([one.Resources, one.Outputs, one.Conditions, one['Rules']]).map(([id]) => id)
    expect(Object.keys(one.Parameters ?? {}).filter((parameter) => !used.includes(parameter))).toEqual([])
    const conditions = [...nodes([one.Resources, one.Outputs, one.Conditions])].flatMap((node) => {
      if (typeof node !== 'object' || node === null) return []
      const {Condition, 'Fn::If': choice} = node as {readonly Condition?: unknown; readonly 'Fn::If'?: readonly unknown[]}
      return [Condition, choice?.[0]]
    })
    expect(Object.keys(one.Conditions ?? {}).filter((condition) => !conditions.includes(condition))).toEqual([])
  })

  it('refers only to what is in it', () => {
    const known = new Set([...Object.keys(one.Parameters ?? {}), ...Object.keys(one.Resources)])
    expect(
      references([one.Resources, one.Outputs, one.Conditions])
        .map(([id]) => id)
        .filter((id) => !id.startsWith('AWS::') && !known.has(id)),
    ).toEqual([])
  })

  it('puts every parameter in one group of the console, and bounds every text', () => {
    const groups = deep(one, 'Metadata', 'AWS::CloudFormation::Interface', 'ParameterGroups') as readonly {
      readonly Parameters: readonly string[]
    }[]
    expect(groups.flatMap(({Parameters}) => Parameters)).toEqual(Object.keys(one.Parameters ?? {}))
    expect(
      Object.entries(one.Parameters ?? {})
        .filter(
          ([, {Type, AllowedPattern, AllowedValues}]) =>
            Type === 'String' && AllowedPattern === undefined && AllowedValues === undefined,
        )
        .map(([id]) => id),
    ).toEqual([])
  })

  it('says what it is, has no exports, no loops and no YAML aliases, and fits into one call', () => {
    expect(one.Description.length).toBeLessThanOrEqual(1024)
    expect(one.Description).toMatch(/^Sluice /)
    expect(text).not.toMatch(/Export:|Fn::ForEach|<<:|: &\w/)
    expect(Buffer.byteLength(text)).toBeLessThan(51_200)
  })

  it("names no account and no zone, and no Region but the one that CloudFront's certificates are bound to", () => {
    expect(text.match(/(?<![\d.])\d{12}(?![\d.])/g) ?? []).toEqual([])
    expect(
      (text.match(/\b[a-z]{2}-(?:north|south|east|west|central)[a-z]*-\d[a-f]?\b/g) ?? []).filter(
        (region) => region !== 'us-east-1',
      ),
    ).toEqual([])
    expect(text).not.toMatch(/arn:aws:/)
  })
})

describe('the master', () => {
  const nested = [...templates].flatMap(([file, one]) =>
    Object.entries(one.Resources)
      .filter(([, {Type}]) => Type === 'AWS::CloudFormation::Stack')
      .map(([id, stack]) => ({file, id, properties: stack.Properties ?? {}})),
  )

  it('includes every numbered template, and NAT gateways as a stack of their own', () => {
    const included = nested.filter(({file}) => file === '00-master.yaml').map((one) => one.properties['TemplateURL'])
    const expected = names.filter((name) => /^(0[1-9]|1\d)-/.test(name) && name !== '08-rds-replica.yaml')
    expect(included.toSorted()).toEqual([...expected, 'nat.yaml'].toSorted())
  })

  it.each(nested.map((one) => [`${one.file} ${one.id}`, one] as const))(
    '%s gets parameters that its template has, and all that it needs',
    (_, {properties: {TemplateURL, Parameters}}) => {
      const wanted = template(TemplateURL as string).Parameters ?? {}
      const given = Object.keys(Parameters as object)
      expect(given.filter((name) => wanted[name] === undefined)).toEqual([])
      expect(
        Object.entries(wanted)
          .filter(([name, {Default}]) => Default === undefined && !given.includes(name))
          .map(([name]) => name),
      ).toEqual([])
    },
  )

  it.each(['00-master.yaml', 'surge.yaml'])('%s reads only outputs that the nested template has, and unconditionally', (file) => {
    const wrong = references([template(file).Resources, template(file).Outputs])
      .filter(([, attribute]) => attribute.startsWith('Outputs.'))
      .filter(([id, attribute]) => {
        const output = template(properties(file, id)['TemplateURL'] as string).Outputs?.[attribute.slice('Outputs.'.length)]
        return output === undefined || output.Condition !== undefined
      })
    expect(wrong).toEqual([])
  })

  it('lets no stack wait for another but by an output', () => {
    expect(nested.filter(({file, id}) => resource(file, id)['DependsOn'] !== undefined)).toEqual([])
  })

  it('keeps NAT gateways off the way of database and cache', () => {
    const waitsFor = (id: string): readonly string[] =>
      references(properties('00-master.yaml', id))
        .filter(([, attribute]) => attribute !== '')
        .map(([name]) => name)
    expect(waitsFor('Database')).not.toContain('Nat')
    expect(waitsFor('Cache')).not.toContain('Nat')
  })

  it('selects from no list that comes out of another stack', () => {
    const selected = all
      .flatMap(({resource: {Properties}}) => [...nodes(Properties)])
      .flatMap((node) => (typeof node === 'object' && node !== null && 'Fn::Select' in node ? [JSON.stringify(node)] : []))
    expect(selected.filter((one) => !/Fn::(GetAZs|Cidr)/.test(one) || one.includes('Outputs.'))).toEqual([])
  })

  it('has a stack policy that protects what must not be replaced or deleted, and that no stack refuses for a name it lacks', () => {
    const policy = JSON.parse(files.get('stack-policy.json') ?? '') as {
      readonly Statement: readonly {
        readonly Effect: string
        readonly Action: unknown
        readonly Resource: string | readonly string[]
        readonly Condition?: unknown
      }[]
    }
    const denied = policy.Statement.filter(({Effect}) => Effect === 'Deny')
    expect(denied.map(({Action}) => Action)).toEqual(denied.map(() => ['Update:Replace', 'Update:Delete']))
    expect(deep(denied[0], 'Condition', 'StringEquals', 'ResourceType')).toEqual(
      expect.arrayContaining(
        ['LoadBalancer', 'Listener', 'TargetGroup']
          .map((type) => `AWS::ElasticLoadBalancingV2::${type}`)
          .concat('AWS::RDS::DBInstance', 'AWS::Backup::BackupVault', 'AWS::S3::Bucket'),
      ),
    )
    expect(denied.flatMap(({Resource: on}) => on).filter((on) => !on.endsWith('*'))).toEqual([])
  })
})

describe('what a release changes', () => {
  // A drill's own rule and tasks are nobody's slot: they come and go with its stack.
  const lasting = (type: string): typeof all => ofType(type).filter(({file}) => file !== 'drill.yaml')

  it('is in no template: no live rule, no slot service, no scaling of services, no weights', () => {
    expect(lasting('AWS::ElasticLoadBalancingV2::ListenerRule').map(({id}) => id)).toEqual(['PreviewA', 'PreviewB'])
    expect(lasting('AWS::ECS::Service').map(label)).toEqual([
      '07-monitoring-ecs-cluster.yaml Prometheus',
      '07-monitoring-ecs-cluster.yaml NodeExporter',
    ])
    expect(lasting('AWS::ECS::TaskDefinition').every(({file}) => file.startsWith('07-'))).toBe(true)
    expect(all.filter(({resource: {Type}}) => Type.startsWith('AWS::ApplicationAutoScaling::')).map(label)).toEqual([])
    expect(
      all
        .filter(({file, text}) => file !== 'drill.yaml' && text.includes('"Weight"') && text.includes('TargetGroupArn'))
        .map(label),
    ).toEqual([])
  })

  it('HTTPS answers a fixed 503 until a rule says otherwise, HTTP redirects', () => {
    expect(deep(properties('03-load-balancer.yaml', 'HttpsListener'), 'DefaultActions', 0)).toMatchObject({
      Type: 'fixed-response',
      FixedResponseConfig: {StatusCode: '503'},
    })
    expect(deep(properties('03-load-balancer.yaml', 'HttpListener'), 'DefaultActions', 0)).toMatchObject({
      Type: 'redirect',
      RedirectConfig: {Protocol: 'HTTPS'},
    })
    expect(properties('03-load-balancer.yaml', 'HttpsListener')['SslPolicy']).toMatch(/TLS13-1-2/)
  })

  it('preview rules stand at 1 and 2, need the secret header, and keep one slot each attached', () => {
    const rules = ['PreviewA', 'PreviewB'].map((id) => properties('03-load-balancer.yaml', id))
    expect(rules.map(({Priority}) => Priority)).toEqual([1, 2])
    expect(
      rules.every((rule) => JSON.stringify(deep(rule, 'Conditions', 0)).includes('{{resolve:secretsmanager:${PreviewGuardArn}')),
    ).toBe(true)
    expect(rules.map((rule) => deep(rule, 'Actions', 0, 'TargetGroupArn'))).toEqual([
      {Ref: 'TargetGroupA'},
      {Ref: 'TargetGroupB'},
    ])
  })
})

describe('data', () => {
  const stateful = [
    'AWS::S3::Bucket',
    'AWS::Logs::LogGroup',
    'AWS::RDS::DBInstance',
    'AWS::ElastiCache::ReplicationGroup',
    'AWS::SecretsManager::Secret',
    'AWS::KMS::Key',
    'AWS::Backup::BackupVault',
    'AWS::EC2::Volume',
    'AWS::ECR::Repository',
    'AWS::SQS::Queue',
    'AWS::CertificateManager::Certificate',
  ]
  it("is kept or snapshotted, whether it is deleted or replaced; a drill's copy of it is not", () => {
    expect(
      unlike(
        ofType(...stateful).filter(({file}) => file !== 'drill.yaml'),
        ({resource: {DeletionPolicy, UpdateReplacePolicy}}) =>
          DeletionPolicy === UpdateReplacePolicy && (DeletionPolicy === 'Retain' || DeletionPolicy === 'Snapshot'),
      ),
    ).toEqual([])
  })

  it('every bucket is private, encrypted, versioned and TLS only', () => {
    const closed = {BlockPublicAcls: true, BlockPublicPolicy: true, IgnorePublicAcls: true, RestrictPublicBuckets: true}
    expect(
      unlike(ofType('AWS::S3::Bucket'), ({file, id, resource: {Properties: p}}) => {
        const policy = all.find(
          (one) =>
            one.file === file
            && one.resource.Type === 'AWS::S3::BucketPolicy'
            && deep(one.resource.Properties, 'Bucket', 'Ref') === id,
        )
        return (
          JSON.stringify(deep(p, 'PublicAccessBlockConfiguration')) === JSON.stringify(closed)
          && deep(p, 'BucketEncryption', 'ServerSideEncryptionConfiguration', 0, 'ServerSideEncryptionByDefault', 'SSEAlgorithm')
            !== undefined
          && deep(p, 'VersioningConfiguration', 'Status') === 'Enabled'
          // CloudFront writes its access logs by ACL, and knows no other way into a bucket.
          && deep(p, 'OwnershipControls', 'Rules', 0, 'ObjectOwnership')
            === (id === 'AccessLogs' ? 'BucketOwnerPreferred' : 'BucketOwnerEnforced')
          && policy !== undefined
          && statements(policy).some(
            ({Effect, Condition}) => Effect === 'Deny' && deep(Condition, 'Bool', 'aws:SecureTransport') === 'false',
          )
        )
      }),
    ).toEqual([])
  })

  it('every log group ends, and is encrypted with our key', () => {
    expect(
      unlike(
        ofType('AWS::Logs::LogGroup'),
        ({resource: {Properties: p}}) => p?.['RetentionInDays'] !== undefined && p['KmsKeyId'] !== undefined,
      ),
    ).toEqual([])
  })

  it('every key rotates', () => {
    expect(unlike(ofType('AWS::KMS::Key'), ({resource: {Properties: p}}) => p?.['EnableKeyRotation'] === true)).toEqual([])
  })

  it('names only what the other Region, an import, an inventory or AWS itself needs to have a name', () => {
    const naming = [
      'BucketName',
      'DBInstanceIdentifier',
      'RoleName',
      'TableName',
      'TopicName',
      'QueueName',
      'FunctionName',
      'ClusterName',
      'LoadBalancerName',
      'GroupName',
      'LogGroupName',
      'AutoScalingGroupName',
      'LaunchTemplateName',
      'BackupVaultName',
      'RepositoryName',
      'DBSubnetGroupName',
      'ReplicationGroupId',
      'AlarmName',
    ]
    const named = all.flatMap((one) =>
      naming
        .filter((name) => JSON.stringify(one.resource.Properties?.[name] ?? '').includes('Fn::Sub'))
        .map((name) => `${label(one)} ${name}`),
    )
    expect(named).toEqual([
      '05-cloudfront-and-s3.yaml SiteBucket BucketName',
      '08-rds-replica.yaml Replica DBInstanceIdentifier',
      '08-rds.yaml Database DBInstanceIdentifier',
      '10-backup.yaml Vault BackupVaultName',
      '11-image-builder.yaml Repository RepositoryName',
      'drill.yaml Database DBInstanceIdentifier',
      'drill.yaml OwnCluster ClusterName',
      'drill.yaml Hosts AutoScalingGroupName',
      'foundation.yaml StateBucket BucketName',
      'foundation.yaml SwitchBucket BucketName',
    ])
  })
})

describe('access', () => {
  it('allows all actions on all resources nowhere, and anything on all resources only with a written reason', () => {
    const roles = ofType('AWS::IAM::Role')
    expect(
      unlike(roles, (one) => !statements(one).some(({Effect, Action}) => Effect === 'Allow' && JSON.stringify(Action) === '"*"')),
    ).toEqual([])
    expect(
      unlike(roles, (one) => {
        const wide = statements(one).some((statement) => statement.Effect === 'Allow' && statement.Resource === '*')
        return !wide || typeof deep(one.resource, 'Metadata', 'Reason') === 'string'
      }),
    ).toEqual([])
  })

  it('services that take a role do so for this account only, where AWS is known to say for which', () => {
    const always = [
      'ec2',
      'lambda.amazonaws.com',
      'cloudformation.amazonaws.com',
      'imagebuilder.amazonaws.com',
      '"s3.amazonaws.com"',
    ]
    expect(
      unlike(ofType('AWS::IAM::Role'), (one) => {
        const [trust] = statements(one)
        const principal = JSON.stringify(trust?.Principal)
        return (
          always.some((service) => principal.includes(service))
          || deep(trust, 'Condition', 'StringEquals', 'aws:SourceAccount') !== undefined
        )
      }),
    ).toEqual([])
  })

  it("the scheduler may change live rules only, and only from the tool's own group", () => {
    const role = all.find(({id}) => id === 'SchedulerRole') ?? expect.fail()
    const [trust, rules] = statements(role)
    expect(deep(trust, 'Condition', 'StringEquals', 'aws:SourceArn')).toEqual({'Fn::GetAtt': ['ScheduleGroup', 'Arn']})
    expect(rules).toMatchObject({
      Action: 'elasticloadbalancing:ModifyRule',
      Condition: {Null: {'aws:ResourceTag/sluice:live': false}},
    })
  })

  it('the recovery role reaches no other Region and nothing global', () => {
    const role = all.find(({id}) => id === 'RecoveryExecutionRole') ?? expect.fail()
    const denied = statements(role).filter(({Effect}) => Effect === 'Deny')
    expect(denied[0]).toMatchObject({Action: '*', Condition: {StringNotEquals: {'aws:RequestedRegion': {Ref: 'AWS::Region'}}}})
    expect(denied[1]?.Action).toEqual(
      expect.arrayContaining(['iam:C*', 'iam:D*', 'iam:Pu*', 'iam:U*', 'route53:*', 'cloudfront:*']),
    )
  })

  it('the data key lets Auto Scaling make encrypted volumes', () => {
    expect(JSON.stringify(properties('foundation.yaml', 'DataKey'))).toMatch(/AWSServiceRoleForAutoScaling.*kms:CreateGrant/)
  })

  it('hosts want IMDSv2 with one hop, have no key pair and no public address but for a drill', () => {
    expect(
      unlike(ofType('AWS::EC2::LaunchTemplate'), ({file, resource: {Properties: p}}) => {
        const data = deep(p, 'LaunchTemplateData')
        return (
          deep(data, 'MetadataOptions', 'HttpTokens') === 'required'
          && deep(data, 'MetadataOptions', 'HttpPutResponseHopLimit') === 1
          && deep(data, 'KeyName') === undefined
          && deep(data, 'NetworkInterfaces', 0, 'AssociatePublicIpAddress') === (file === 'drill.yaml')
        )
      }),
    ).toEqual([])
    expect(properties('11-image-builder.yaml', 'Infrastructure')['InstanceMetadataOptions']).toMatchObject({
      HttpTokens: 'required',
      HttpPutResponseHopLimit: 1,
    })
  })

  it('nothing opens port 22, every rule says what for, and only the load balancer is open to the world', () => {
    const rules = [
      ...ofType('AWS::EC2::SecurityGroupIngress', 'AWS::EC2::SecurityGroupEgress').map(({resource: {Properties}}) => Properties),
      ...ofType('AWS::EC2::SecurityGroup').flatMap(({resource: {Properties: p}}) => [
        ...((p?.['SecurityGroupIngress'] as object[] | undefined) ?? []),
        ...(p?.['SecurityGroupEgress'] as object[]),
      ]),
    ] as readonly Readonly<Record<string, unknown>>[]
    expect(rules.filter(({FromPort, ToPort}) => typeof FromPort === 'number' && FromPort <= 22 && Number(ToPort) >= 22)).toEqual(
      [],
    )
    expect(rules.filter(({Description}) => Description === undefined)).toEqual([])
    expect(
      ofType('AWS::EC2::SecurityGroupIngress')
        .filter(({text}) => text.includes('0.0.0.0/0'))
        .map(({resource: {Properties}}) => [deep(Properties, 'GroupId', 'Ref'), Properties?.['FromPort']]),
    ).toEqual([
      ['LoadBalancer', 443],
      ['LoadBalancer', 80],
    ])
  })

  it("the database's door stands in its group, where a fence that revokes it and a failback that gives it back leave the stack as it was", () => {
    expect(properties('02-security-groups.yaml', 'Database')['SecurityGroupIngress']).toMatchObject([
      {SourceSecurityGroupId: {Ref: 'Tasks'}, FromPort: {Ref: 'DatabasePort'}, ToPort: {Ref: 'DatabasePort'}},
    ])
    expect(
      ofType('AWS::EC2::SecurityGroupIngress').filter(
        ({file, resource: {Properties: p}}) => file === '02-security-groups.yaml' && deep(p, 'GroupId', 'Ref') === 'Database',
      ),
    ).toEqual([])
  })

  it('every security group gives up the egress that allows everything', () => {
    expect(
      unlike(
        ofType('AWS::EC2::SecurityGroup'),
        ({resource: {Properties: p}}) =>
          Array.isArray(p?.['SecurityGroupEgress'])
          && !JSON.stringify(p['SecurityGroupEgress']).includes('"IpProtocol":"-1","CidrIp":"0.0.0.0/0"'),
      ),
    ).toEqual([])
  })
})

describe('failover', () => {
  it('nothing fails over by itself: no record asks a target for its health', () => {
    const aliases = ofType('AWS::Route53::RecordSet')
    expect(unlike(aliases, ({resource: {Properties: p}}) => deep(p, 'AliasTarget', 'EvaluateTargetHealth') === false)).toEqual([])
  })

  it("the primary's only health check is the inverted stop check, or never; the secondary has none", () => {
    expect(deep(properties('04-route53.yaml', 'StopCheck'), 'HealthCheckConfig')).toMatchObject({
      Type: 'HTTPS',
      ResourcePath: '/stop',
      Inverted: true,
    })
    expect(properties('04-route53.yaml', 'OriginRecord')['HealthCheckId']).toEqual({
      'Fn::If': ['Fails', {'Fn::If': ['HomeActive', {Ref: 'StopCheck'}, {Ref: 'NeverCheck'}]}, {Ref: 'AWS::NoValue'}],
    })
    expect(JSON.stringify(template('04-route53.yaml').Conditions?.['Fails'])).toContain('IsHome')
  })

  it('target groups leave DNS alone', () => {
    expect(
      unlike(ofType('AWS::ElasticLoadBalancingV2::TargetGroup'), ({text}) =>
        text.includes('"Key":"target_group_health.dns_failover.minimum_healthy_targets.count","Value":"off"'),
      ),
    ).toEqual([])
  })

  it("the switch bucket is SSE-S3, and two objects can be read by the health checkers' ranges", () => {
    expect(
      deep(
        properties('foundation.yaml', 'SwitchBucket'),
        'BucketEncryption',
        'ServerSideEncryptionConfiguration',
        0,
        'ServerSideEncryptionByDefault',
      ),
    ).toEqual({SSEAlgorithm: 'AES256'})
    const allowed = statements(all.find(({id}) => id === 'SwitchBucketPolicy') ?? expect.fail()).filter(
      ({Effect}) => Effect === 'Allow',
    )
    expect(allowed).toMatchObject([
      {Action: 's3:GetObject', Condition: {IpAddress: {'aws:SourceIp': {Ref: 'HealthCheckerRanges'}}}},
    ])
    expect(allowed[0]?.Resource).toEqual([{'Fn::Sub': '${SwitchBucket.Arn}/stop'}, {'Fn::Sub': '${SwitchBucket.Arn}/alive'}])
  })

  it('a drill is regional, is thrown away whole, and its tasks reach its database alone', () => {
    const resources = Object.values(template('drill.yaml').Resources)
    expect(
      resources
        .map(({Type}) => Type)
        .filter(
          (type) =>
            !/^AWS::(EC2::SecurityGroup\w*|RDS::DB(SubnetGroup|Instance)|ElasticLoadBalancingV2::(TargetGroup|ListenerRule)|ECS::(TaskDefinition|Service|Cluster)|EC2::LaunchTemplate|AutoScaling::AutoScalingGroup)$/.test(
              type,
            ),
        ),
    ).toEqual([])
    expect(
      resources.filter(
        ({DeletionPolicy = 'Delete', UpdateReplacePolicy = 'Delete'}) =>
          DeletionPolicy !== 'Delete' || UpdateReplacePolicy !== 'Delete',
      ),
    ).toEqual([])
    expect(properties('drill.yaml', 'Database')).toMatchObject({
      DeletionProtection: false,
      BackupRetentionPeriod: 0,
      DBSnapshotIdentifier: {Ref: 'Snapshot'},
    })
    const open = resources.filter(
      ({Type, Properties}) => Type === 'AWS::EC2::SecurityGroupEgress' && deep(Properties, 'GroupId', 'Ref') === 'TaskGroup',
    )
    expect(open.map(({Properties}) => deep(Properties, 'DestinationSecurityGroupId', 'Ref'))).toEqual(['DatabaseGroup'])
    expect(JSON.stringify(properties('drill.yaml', 'Api'))).not.toContain('sluice:slot')
  })

  it('a drill brings hosts of its own only when it is told to: public, closed to everybody, and gone with their volumes', () => {
    const own = ['HostGroup', 'OwnCluster', 'LaunchTemplate', 'Hosts']
    const conditional = Object.entries(template('drill.yaml').Resources).filter(([, {Condition}]) => Condition !== undefined)
    expect(conditional.map(([id, {Condition}]) => [id, Condition])).toEqual(own.map((id) => [id, 'OwnHosts']))
    expect(
      all.filter(
        ({file, resource: {Type}, text}) => file === 'drill.yaml' && Type.endsWith('Ingress') && text.includes('HostGroup'),
      ),
    ).toEqual([])
    expect(properties('drill.yaml', 'HostGroup')['SecurityGroupIngress']).toBeUndefined()
    expect(deep(properties('drill.yaml', 'Hosts'), 'VPCZoneIdentifier')).toEqual([{Ref: 'PublicSubnetA'}, {Ref: 'PublicSubnetB'}])
    const data = deep(properties('drill.yaml', 'LaunchTemplate'), 'LaunchTemplateData')
    expect(deep(data, 'BlockDeviceMappings', 0, 'Ebs', 'DeleteOnTermination')).toBe(true)
    expect(JSON.stringify(deep(data, 'TagSpecifications')).match(/"ResourceType":"[\w-]+"/g)).toEqual([
      '"ResourceType":"volume"',
      '"ResourceType":"network-interface"',
    ])
    expect(JSON.stringify(data)).not.toContain('sluice:backup')
  })

  it("a drill's tasks stay in private subnets, whoever's hosts they are on, and go before a drill's hosts do", () => {
    const api = properties('drill.yaml', 'Api')
    expect(deep(api, 'NetworkConfiguration', 'AwsvpcConfiguration')).toMatchObject({
      Subnets: [{Ref: 'PrivateSubnetA'}, {Ref: 'PrivateSubnetB'}],
      AssignPublicIp: 'DISABLED',
    })
    expect(references(api).map(([id]) => id)).toContain('Hosts')
    expect(references(properties('drill.yaml', 'LaunchTemplate')).map(([id]) => id)).toContain('OwnCluster')
  })

  it("the self-fencing function stands down while a failback has a replica in the old primary's place, and only when it knows that", () => {
    const code = deep(properties('foundation.yaml', 'FenceFunction'), 'Code', 'ZipFile') as string
    expect(code).toMatch(/if there\('returning'\):\s+return 'returning'\s+except Exception as error:\s+failed\.append/)
    expect(JSON.stringify(properties('foundation.yaml', 'FenceRole'))).toContain('${PeerRegion}/returning')
  })

  it('the self-fencing function ends sessions by a restart, only of what it has just closed, and not for the door of a failback', () => {
    const code = deep(properties('foundation.yaml', 'FenceFunction'), 'Code', 'ZipFile') as string
    expect(code).toMatch(
      / {8}if rules:\n[\s\S]*revoke_security_group_ingress[\s\S]*\n {12}if '[^']+' not in str\(rules\):\n.*reboot_db_instance/,
    )
    expect(code).toContain(`if '${orphansDoor}' not in str(rules)`)
    expect(JSON.stringify(properties('foundation.yaml', 'FenceRole'))).toContain(
      '"Action":"rds:RebootDBInstance","Resource":{"Fn::Sub":"arn:${AWS::Partition}:rds:${AWS::Region}:${AWS::AccountId}:db:${Service}-${Environment}"}',
    )
  })

  it("each Region watches the other one's API by a function that may write one object and can't hold up a fence", () => {
    const code = deep(properties('foundation.yaml', 'WatchFunction'), 'Code', 'ZipFile') as string
    expect(code.length).toBeLessThan(4096)
    expect(code).toMatch(/> 180000:[\s\S]*silentSince=None, misses=0/)
    expect(deep(properties('foundation.yaml', 'WatchFunction'), 'Environment', 'Variables', 'URL')).toEqual({
      'Fn::Sub': 'https://${PeerRegion}.${Api}${HeartbeatPath}',
    })
    expect(properties('foundation.yaml', 'WatchSchedule')).toMatchObject({ScheduleExpression: 'rate(1 minute)', State: 'ENABLED'})
    const role = JSON.stringify(properties('foundation.yaml', 'WatchRole'))
    expect((role.match(/"[a-z0-9-]+:[A-Z]\w+"/g) ?? []).filter((action) => !/sts:AssumeRole|logs:/.test(action))).toEqual([
      '"s3:GetObject"',
      '"s3:PutObject"',
    ])
    expect(role.match(/arn:[^"]+:s3:::[^"]+/g)).toEqual([
      'arn:${AWS::Partition}:s3:::sluice-state-${AWS::AccountId}-${AWS::Region}/recovery/${Service}.${Environment}/watch.json',
    ])
    expect(deep(properties('foundation.yaml', 'FenceFunction'), 'Code', 'ZipFile')).not.toContain('urllib')
  })

  it('a surge is regional: nothing in it, or in what it includes, is global', () => {
    const types = ['surge.yaml', 'nat.yaml', '09-elasticache.yaml'].flatMap((name) =>
      Object.values(template(name).Resources).map(({Type}) => Type),
    )
    expect(
      [...new Set(types)].filter(
        (type) =>
          !/^AWS::(CloudFormation::Stack|EC2::(EIP|NatGateway|Route)|ElastiCache::\w+|Logs::LogGroup|SSM::Parameter)$/.test(type),
      ),
    ).toEqual([])
  })

  it('the data subnets have no way out, and a network ACL that denies everything is ready', () => {
    expect(ofType('AWS::EC2::Route').filter(({text}) => text.includes('DataRouteTable'))).toEqual([])
    expect(resource('01-vpc.yaml', 'FenceAcl').Type).toBe('AWS::EC2::NetworkAcl')
    expect(ofType('AWS::EC2::NetworkAclEntry', 'AWS::EC2::SubnetNetworkAclAssociation')).toEqual([])
  })

  it('the self-fencing function fits into a template, and takes only "not there" for not there', () => {
    const code = deep(properties('foundation.yaml', 'FenceFunction'), 'Code', 'ZipFile') as string
    expect(code.length).toBeLessThan(4096)
    expect(code).toMatch(/'404', 'NoSuchKey', 'NotFound'[\s\S]*return False\s+raise/)
  })

  it('what production needs is written down every hour, by a function that changes nothing but that object', () => {
    const code = deep(properties('foundation.yaml', 'CapacityFunction'), 'Code', 'ZipFile') as string
    expect(code.length).toBeLessThan(4096)
    expect(code).toMatch(/== 'NoSuchKey':\s+return None\s+raise/)
    expect(properties('foundation.yaml', 'CapacitySchedule')).toMatchObject({
      ScheduleExpression: 'rate(1 hour)',
      State: 'ENABLED',
    })
    const actions = JSON.stringify(properties('foundation.yaml', 'CapacityRole')).match(/"[a-z0-9-]+:[A-Z]\w+"/g) ?? []
    expect(actions.filter((action) => !/:(Describe|List|Get)|sts:AssumeRole|logs:/.test(action))).toEqual(['"s3:PutObject"'])
  })
})

describe('traps', () => {
  it("the database's secret is our own, credentials only, and replicated", () => {
    expect([...files.values()].join('\n')).not.toMatch(/ManageMasterUserPassword|SecretTargetAttachment/)
    expect(JSON.stringify(properties('08-rds.yaml', 'Secret')['ReplicaRegions'])).toContain('PeerRegion')
    expect(deep(properties('08-rds.yaml', 'Secret'), 'GenerateSecretString', 'SecretStringTemplate')).not.toMatch(/host|port/)
  })

  it('a replica names its parameter group, groups, subnets and key, and leaves out what it has from its source', () => {
    const replica = properties('08-rds-replica.yaml', 'Replica')
    expect(replica).toMatchObject({
      DBParameterGroupName: {Ref: 'Parameters'},
      VPCSecurityGroups: [{Ref: 'SecurityGroup'}],
      DBSubnetGroupName: {Ref: 'Subnets'},
      KmsKeyId: {Ref: 'DataKeyArn'},
    })
    expect(
      Object.keys(replica).filter((key) =>
        [
          'StorageEncrypted',
          'MasterUsername',
          'MasterUserPassword',
          'DBName',
          'BackupRetentionPeriod',
          'PreferredBackupWindow',
          'Engine',
        ].includes(key),
      ),
    ).toEqual([])
    expect(JSON.stringify(replica)).not.toContain('sluice:backup')
    expect(resource('08-rds-replica.yaml', 'Replica').DeletionPolicy).toBe('Retain')
  })

  it('the database wants TLS, no extended support, kept backups, storage that grows, and 15 months of advanced insights', () => {
    expect(properties('08-rds.yaml', 'Database')).toMatchObject({
      EngineLifecycleSupport: 'open-source-rds-extended-support-disabled',
      DeleteAutomatedBackups: false,
      StorageType: 'gp3',
      StorageEncrypted: true,
      MaxAllocatedStorage: {Ref: 'MaxStorageGiB'},
      DeletionProtection: {Ref: 'DeletionProtection'},
      PerformanceInsightsRetentionPeriod: {'Fn::If': ['Advanced', 465, 7]},
      PubliclyAccessible: false,
    })
    expect(JSON.stringify(properties('08-rds.yaml', 'Parameters'))).toContain('"rds.force_ssl":"1"')
    expect(template('08-rds.yaml').Parameters?.['DatabasePort']?.Default).not.toBe(5432)
  })

  it("an update doesn't reset what scaling has set: no desired size, and time moves the least size only", () => {
    expect(
      unlike(ofType('AWS::AutoScaling::AutoScalingGroup'), ({resource: {Properties: p}}) => p?.['DesiredCapacity'] === undefined),
    ).toEqual([])
    expect(
      unlike(
        ofType('AWS::AutoScaling::ScheduledAction'),
        ({resource: {Properties: p}}) =>
          p?.['MinSize'] !== undefined && p['MaxSize'] === undefined && p['DesiredCapacity'] === undefined,
      ),
    ).toEqual([])
    expect(
      deep(
        resource('06-api-ecs-cluster.yaml', 'Hosts'),
        'UpdatePolicy',
        'AutoScalingScheduledAction',
        'IgnoreUnmodifiedGroupSizeProperties',
      ),
    ).toBe(true)
  })

  it("hosts are drained and protected, over two zones, and their replacement doesn't wait for that protection", () => {
    expect(deep(properties('06-api-ecs-cluster.yaml', 'CapacityProvider'), 'AutoScalingGroupProvider')).toMatchObject({
      ManagedDraining: 'ENABLED',
      ManagedTerminationProtection: 'ENABLED',
      ManagedScaling: {Status: 'ENABLED', TargetCapacity: 90},
    })
    expect(properties('06-api-ecs-cluster.yaml', 'Hosts')).toMatchObject({
      NewInstancesProtectedFromScaleIn: true,
      VPCZoneIdentifier: [{Ref: 'PrivateSubnetA'}, {Ref: 'PrivateSubnetB'}],
    })
    expect(
      deep(
        resource('06-api-ecs-cluster.yaml', 'Hosts'),
        'UpdatePolicy',
        'AutoScalingInstanceRefresh',
        'Preferences',
        'ScaleInProtectedInstances',
      ),
    ).toBe('Refresh')
    const metrics = ofType('AWS::AutoScaling::ScalingPolicy').map(({resource: {Properties: p}}) =>
      deep(p, 'TargetTrackingConfiguration', 'PredefinedMetricSpecification', 'PredefinedMetricType'),
    )
    expect(metrics).toEqual(['ASGAverageCPUUtilization', 'ASGAverageNetworkIn'])
  })

  it("volumes of hosts carry Backup's tag through the launch template", () => {
    const tags = deep(
      properties('06-api-ecs-cluster.yaml', 'LaunchTemplate'),
      'LaunchTemplateData',
      'TagSpecifications',
    ) as readonly {readonly ResourceType: string; readonly Tags: readonly {readonly Key: string}[]}[]
    expect(tags.find(({ResourceType}) => ResourceType === 'volume')?.Tags.map(({Key}) => Key)).toContain('sluice:backup')
    expect(deep(properties('10-backup.yaml', 'Selection'), 'BackupSelection', 'ListOfTags', 0, 'ConditionKey')).toBe(
      'sluice:backup',
    )
  })

  it('AMI parameters are seeded with a plain value, which no update can move', () => {
    expect(template('foundation.yaml').Parameters?.['SeedAmi']?.Type).toBe('AWS::EC2::Image::Id')
    expect(
      unlike(
        ofType('AWS::SSM::Parameter').filter(({id}) => id.endsWith('Ami')),
        ({resource: {Properties: p}}) => p?.['DataType'] === 'aws:ec2:image',
      ),
    ).toEqual([])
    for (const name of ['06-api-ecs-cluster.yaml', '07-monitoring-ecs-cluster.yaml'])
      expect(template(name).Parameters?.['Ami']?.Type).toBe('AWS::SSM::Parameter::Value<AWS::EC2::Image::Id>')
  })

  it("AMIs are tested, patched weekly and sent to both Regions' parameters", () => {
    expect(
      unlike(
        ofType('AWS::ImageBuilder::ImagePipeline'),
        ({text}) =>
          text.includes('"ImageTestsEnabled":true') && text.includes('EXPRESSION_MATCH_AND_DEPENDENCY_UPDATES_AVAILABLE'),
      ),
    ).toEqual([])
    expect(
      unlike(
        ofType('AWS::ImageBuilder::DistributionConfiguration'),
        ({text}) => (text.match(/SsmParameterConfigurations/g) ?? []).length === 2 && text.includes('{"Ref":"PeerRegion"}'),
      ),
    ).toEqual([])
    expect(
      unlike(
        ofType('AWS::ImageBuilder::ImageRecipe'),
        ({text}) =>
          text.includes('ssm:/aws/service/ecs/optimized-ami/amazon-linux-2023/arm64/')
          && text.includes('update-linux')
          && text.includes('"Version":{"Ref":"RecipeVersion"}'),
      ),
    ).toEqual([])
  })

  it('a vault becomes irreversible only by the exact words', () => {
    expect(deep(properties('10-backup.yaml', 'Vault'), 'LockConfiguration', 'ChangeableForDays')).toEqual({
      'Fn::If': ['Compliance', 3, {Ref: 'AWS::NoValue'}],
    })
    expect(template('10-backup.yaml').Parameters?.['ComplianceLock']).toMatchObject({Default: 'governance'})
    expect(ofType('AWS::Backup::RestoreTestingSelection')).toHaveLength(2)
    expect(JSON.stringify(properties('10-backup.yaml', 'Plan'))).toContain('DestinationBackupVaultArn')
  })

  it('a missing page is a 404 with a page of its own, and errors are forgotten within seconds', () => {
    const reads = statements(all.find(({id}) => id === 'SiteBucketPolicy') ?? expect.fail())[1]
    expect(reads?.Action).toEqual(['s3:GetObject', 's3:ListBucket'])
    const answers = deep(
      properties('05-cloudfront-and-s3.yaml', 'Distribution'),
      'DistributionConfig',
      'CustomErrorResponses',
    ) as readonly {readonly ErrorCode: number; readonly ErrorCachingMinTTL: number}[]
    expect(answers.find(({ErrorCode}) => ErrorCode === 404)).toMatchObject({ResponsePagePath: '/404.html'})
    expect(answers.filter(({ErrorCachingMinTTL}) => ErrorCachingMinTTL > 5)).toEqual([])
  })

  it('the distribution signs its reads, fails over to the other bucket at once, and speaks modern TLS', () => {
    expect(deep(properties('05-cloudfront-and-s3.yaml', 'OriginAccess'), 'OriginAccessControlConfig')).toMatchObject({
      SigningBehavior: 'always',
      SigningProtocol: 'sigv4',
    })
    const config = deep(properties('05-cloudfront-and-s3.yaml', 'Distribution'), 'DistributionConfig')
    expect(deep(config, 'Origins', 0)).toMatchObject({
      ConnectionAttempts: 1,
      ConnectionTimeout: 2,
      S3OriginConfig: {OriginAccessIdentity: ''},
    })
    expect(deep(config, 'ViewerCertificate', 'MinimumProtocolVersion')).toBe('TLSv1.2_2021')
    expect(JSON.stringify(deep(config, 'OriginGroups'))).toContain('"FailoverCriteria"')
  })

  it('replication carries encrypted objects and changes to replicas, within 15 minutes, and is measured', () => {
    const rule = deep(properties('05-cloudfront-and-s3.yaml', 'SiteBucket'), 'ReplicationConfiguration', 'Fn::If', 1, 'Rules', 0)
    expect(rule).toMatchObject({
      SourceSelectionCriteria: {SseKmsEncryptedObjects: {Status: 'Enabled'}, ReplicaModifications: {Status: 'Enabled'}},
      Destination: {ReplicationTime: {Status: 'Enabled'}, Metrics: {Status: 'Enabled'}},
    })
  })

  it('the cache wants TLS and a token without a transit mode, and fails over', () => {
    const cache = properties('09-elasticache.yaml', 'ReplicationGroup')
    expect(cache).toMatchObject({
      Engine: 'valkey',
      TransitEncryptionEnabled: true,
      AutomaticFailoverEnabled: true,
      MultiAZEnabled: true,
      AtRestEncryptionEnabled: true,
    })
    expect(Object.keys(cache)).toContain('AuthToken')
    expect(Object.keys(cache)).not.toContain('TransitEncryptionMode')
  })

  it("alarms can use the topic's key, and there is one for everything that was asked for", () => {
    expect(JSON.stringify(properties('foundation.yaml', 'LogsKey'))).toContain('cloudwatch.amazonaws.com')
    expect(
      ofType('AWS::CloudWatch::Alarm')
        .filter(({file}) => file.startsWith('12-'))
        .map(({id}) => id),
    ).toEqual(
      expect.arrayContaining([
        'SlowAverage',
        'SlowMaximum',
        'NoRequests',
        'ManyRequests',
        'ClientErrors',
        'FewSuccesses',
        'Errors',
        'Unanswered',
        'NobodyHealthy',
        'ClusterMemory',
        'HostCpu',
        'DatabaseOperations',
      ]),
    )
    expect(
      () => JSON.parse(deep(properties('12-observability.yaml', 'Dashboard'), 'DashboardBody', 'Fn::Sub') as string) as unknown,
    ).not.toThrow()
  })

  it('Prometheus is stopped before another is started, on a volume that outlives its host', () => {
    expect(deep(properties('07-monitoring-ecs-cluster.yaml', 'Prometheus'), 'DeploymentConfiguration')).toMatchObject({
      MinimumHealthyPercent: 0,
      MaximumPercent: 100,
    })
    expect(resource('07-monitoring-ecs-cluster.yaml', 'Volume').DeletionPolicy).toBe('Snapshot')
  })
})
