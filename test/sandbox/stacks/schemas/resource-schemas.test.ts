import {describe, expect, it} from 'vitest'
import {checkAttributes} from '../../../../src/sandbox/stacks/schemas/check-attributes.ts'
import {resourceSchemas as schemas} from '../../../../src/sandbox/stacks/schemas/resource-schemas.ts'
import {readTemplate} from '../../../../src/sandbox/stacks/template/read-template.ts'

const listener = {LoadBalancerArn: 'arn', DefaultActions: [{Type: 'forward'}]}
const service = {Cluster: 'c', TaskDefinition: 't'}

describe('a schema', () => {
  it('names what GetAtt knows, what Ref answers and where tags go', () => {
    expect(schemas.find('AWS::ElasticLoadBalancingV2::LoadBalancer')?.attributes).toContain('CanonicalHostedZoneID')
    expect(schemas.find('AWS::ECS::Service')?.primaryIdentifier).toEqual(['ServiceArn'])
    expect(schemas.find('AWS::Backup::BackupVault')?.tagProperty).toBe('BackupVaultTags')
    expect(schemas.find('AWS::EC2::Route')?.tagProperty).toBeUndefined()
  })

  it("isn't there for a type nobody publishes", () => {
    expect(schemas.find('AWS::ECS::Sercive')).toBeUndefined()
    expect(schemas.find('constructor')).toBeUndefined()
  })

  it('may contain itself', () => {
    expect(schemas.find('AWS::EC2::Instance')?.properties['BlockDeviceMappings']?.shape).toMatchObject({
      kind: 'list',
      of: {kind: 'object', name: 'AWS::EC2::Instance.BlockDeviceMapping'},
    })
  })
})

describe('properties that fit', () => {
  it.each([
    ['a number as a text', 'AWS::ElasticLoadBalancingV2::Listener', {...listener, Port: '443'}],
    ['a truth value as a text', 'AWS::ECS::Service', {...service, EnableExecuteCommand: 'true'}],
    ['a text as a number', 'AWS::AutoScaling::AutoScalingGroup', {MinSize: 2, MaxSize: '4'}],
    ['tags', 'AWS::ElasticLoadBalancingV2::Listener', {...listener, Tags: [{Key: 'a', Value: 'b'}]}],
    ['anything in a policy', 'AWS::IAM::Role', {AssumeRolePolicyDocument: {Statement: [{Whatever: [1]}]}}],
    ['a policy as a text', 'AWS::S3::BucketPolicy', {Bucket: 'b', PolicyDocument: '{}'}],
    [
      "what isn't known yet",
      'AWS::ElasticLoadBalancingV2::Listener',
      {LoadBalancerArn: undefined, DefaultActions: undefined, Port: undefined},
    ],
    ['a map', 'AWS::CloudFormation::Stack', {TemplateURL: 'u', Parameters: {A: 'x', B: 1}}],
  ])('%s', (_, type, properties) => {
    expect(schemas.check(type, properties)).toEqual([])
  })
})

describe('what CloudFormation would refuse', () => {
  it.each([
    ['a type nobody knows', 'AWS::ECS::Sercive', {}, ['Unrecognized resource types: [AWS::ECS::Sercive]']],
    [
      'a property nobody knows',
      'AWS::ECS::Service',
      {...service, DesiredCuont: 1},
      ['Encountered unsupported property DesiredCuont'],
    ],
    [
      'a property that lacks',
      'AWS::ElasticLoadBalancingV2::Listener',
      {DefaultActions: []},
      ['Property LoadBalancerArn cannot be empty.'],
    ],
    [
      'a member nobody knows, with its path',
      'AWS::ElasticLoadBalancingV2::Listener',
      {...listener, DefaultActions: [{Type: 'forward', Weight: 1}]},
      ['#/DefaultActions/0: extraneous key [Weight] is not permitted'],
    ],
    [
      'a member that lacks, with its path',
      'AWS::ElasticLoadBalancingV2::Listener',
      {...listener, DefaultActions: [{}]},
      ['#/DefaultActions/0: required key [Type] not found'],
    ],
    [
      'a tag without a value',
      'AWS::ElasticLoadBalancingV2::Listener',
      {...listener, Tags: [{Key: 'a'}]},
      ['#/Tags/0: required key [Value] not found'],
    ],
    [
      'a text for a number',
      'AWS::ElasticLoadBalancingV2::Listener',
      {...listener, Port: 'https'},
      ['#/Port: expected type: Integer, found: String'],
    ],
    [
      'a broken number',
      'AWS::ElasticLoadBalancingV2::Listener',
      {...listener, Port: 1.5},
      ['#/Port: expected type: Integer, found: Number'],
    ],
    [
      'a text for a truth value',
      'AWS::ECS::Service',
      {...service, EnableExecuteCommand: 'yes'},
      ['#/EnableExecuteCommand: expected type: Boolean, found: String'],
    ],
    [
      'one for a list',
      'AWS::ElasticLoadBalancingV2::Listener',
      {...listener, DefaultActions: {Type: 'forward'}},
      ['#/DefaultActions: expected type: JSONArray, found: JSONObject'],
    ],
    ['a list for one', 'AWS::ECS::Service', {...service, Cluster: ['a']}, ['#/Cluster: expected type: String, found: JSONArray']],
    [
      'a text for an object',
      'AWS::ECS::Service',
      {...service, DeploymentConfiguration: 'x'},
      ['#/DeploymentConfiguration: expected type: JSONObject, found: String'],
    ],
    ['a null', 'AWS::ECS::Service', {...service, Cluster: null}, ['#/Cluster: expected type: String, found: Null']],
    [
      'a list in a map of texts',
      'AWS::CloudFormation::Stack',
      {TemplateURL: 'u', Parameters: {A: ['x']}},
      ['#/Parameters/A: expected type: String, found: JSONArray'],
    ],
  ])('%s', (_, type, properties, problems) => {
    expect(schemas.check(type, properties)).toEqual(problems)
  })
})

describe('values become what their schema names', () => {
  it('at every depth, and nothing else is touched', () => {
    expect(
      schemas.coerce('AWS::ElasticLoadBalancingV2::Listener', {
        ...listener,
        Port: '443',
        DefaultActions: [{Type: 'fixed-response', Order: '1', FixedResponseConfig: {StatusCode: 503}}],
        Strange: '1',
      }),
    ).toEqual({
      LoadBalancerArn: 'arn',
      Port: 443,
      DefaultActions: [{Type: 'fixed-response', Order: 1, FixedResponseConfig: {StatusCode: '503'}}],
      Strange: '1',
    })
  })

  it('truth values, too', () => {
    expect(schemas.coerce('AWS::ECS::Service', {EnableExecuteCommand: 'True', EnableECSManagedTags: false})).toEqual({
      EnableExecuteCommand: true,
      EnableECSManagedTags: false,
    })
  })

  it('but not inside a policy', () => {
    const policy = {AssumeRolePolicyDocument: {Statement: [{Condition: {Bool: {a: 'true'}, NumericEquals: {b: '1'}}}]}}
    expect(schemas.coerce('AWS::IAM::Role', policy)).toEqual(policy)
  })

  it("what doesn't fit stays as it is, for the check to tell", () => {
    expect(schemas.coerce('AWS::ElasticLoadBalancingV2::Listener', {Port: 'https', Tags: 'none', Protocol: undefined})).toEqual({
      Port: 'https',
      Tags: 'none',
      Protocol: undefined,
    })
  })
})

describe('a change', () => {
  it.each([
    ["of a database's class is made in place", 'AWS::RDS::DBInstance', ['DBInstanceClass'], 'no'],
    ["of a database's name replaces it", 'AWS::RDS::DBInstance', ['DBInstanceIdentifier'], 'yes'],
    ['of what a replica copies may replace it', 'AWS::RDS::DBInstance', ['SourceDBInstanceIdentifier'], 'maybe'],
    ["of a listener's port is made in place", 'AWS::ElasticLoadBalancingV2::Listener', ['Port'], 'no'],
    ["of a listener's load balancer replaces it", 'AWS::ElasticLoadBalancingV2::Listener', ['LoadBalancerArn'], 'yes'],
    ['inside a list is found by its path', 'AWS::ECS::TaskDefinition', ['ContainerDefinitions', '0', 'Image'], 'yes'],
    ['of tags is made in place', 'AWS::EC2::VPC', ['Tags', '0', 'Value'], 'no'],
    ["of what the schema doesn't know is none", 'AWS::ECS::Service', ['Nothing', 'There'], 'no'],
  ] as const)('%s', (_, type, path, expected) => {
    expect(schemas.replaces(type, path)).toBe(expected)
  })
})

describe('attributes', () => {
  const checked =
    (value: string): (() => void) =>
    () => {
      checkAttributes(
        readTemplate(
          `Resources: {Queue: {Type: AWS::SQS::Queue}, Nested: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: u}}}\nOutputs: {O: {Value: ${value}}}`,
        ),
        schemas,
      )
    }

  it.each([
    ['one that is there', '!GetAtt Queue.Arn'],
    ['one in a text', "!Sub '${Queue.QueueName}'"],
    ['any output of a nested stack', '!GetAtt Nested.Outputs.Whatever'],
  ])('%s', (_, value) => {
    expect(checked(value)).not.toThrow()
  })

  it.each([
    [
      "one that isn't there",
      '!GetAtt Queue.Url',
      'Template error: resource Queue does not support attribute type Url in Fn::GetAtt',
    ],
    [
      "one in a text that isn't there",
      "!Sub '${Queue.Url}'",
      'Template error: resource Queue does not support attribute type Url in Fn::Sub',
    ],
  ])('%s', (_, value, message) => {
    expect(checked(value)).toThrow(message)
  })
})
