/**
 * IAM: roles of stacks, service-linked roles that calls make, and what a caller would be allowed. Everybody may do everything but
 * what a fault denies, and the simulation knows of it. A fresh account has no service-linked role.
 */
import type {
  CreateServiceLinkedRoleRequest,
  CreateServiceLinkedRoleResponse,
  EvaluationResult,
  GetInstanceProfileRequest,
  GetInstanceProfileResponse,
  GetRoleRequest,
  GetRoleResponse,
  ListRolesRequest,
  ListRolesResponse,
  Role,
  SimulatePolicyResponse,
  SimulatePrincipalPolicyRequest,
} from '@aws-sdk/client-iam'
import {isDenied} from '../wire/call-faults.ts'
import {AwsFault} from '../world/contract.ts'
import type {AccountRecord, Service, World} from '../world/contract.ts'
import {attribute, putRecord, recordOf, recordsOf, tagList} from './records/lookup.ts'
import {page} from './records/page.ts'
import {number, text, texts} from './records/properties.ts'

const ROLE = 'AWS::IAM::Role'

/** Services whose role isn't called as they are. */
const LINKED_NAMES: Readonly<Record<string, string>> = {
  autoscaling: 'AutoScaling',
  ecs: 'ECS',
  elasticloadbalancing: 'ElasticLoadBalancing',
  rds: 'RDS',
  elasticache: 'ElastiCache',
  imagebuilder: 'Imagebuilder',
  backup: 'Backup',
  'replication.ecr': 'ECRReplication',
  'pullthroughcache.ecr': 'ECRPullThroughCache',
  'ecs.application-autoscaling': 'ApplicationAutoScaling_ECSService',
  'replicator.cloudfront': 'CloudFrontReplicator',
  'logger.cloudfront': 'CloudFrontLogger',
  'health-checks.route53': 'Route53HealthChecks',
}

export function createIam(world: World): Service {
  return {
    name: 'iam',
    operations: {
      GetRole: ({RoleName}: GetRoleRequest): GetRoleResponse => {
        const found = recordOf(world, ROLE, '', RoleName ?? '')
        if (found === undefined) throw new AwsFault('NoSuchEntity', `The role with name ${RoleName ?? ''} cannot be found.`, 404)
        return {Role: roleShape(found)}
      },
      ListRoles: (input: ListRolesRequest): ListRolesResponse => {
        const found = recordsOf(world, ROLE, '').filter((one) => pathOf(one).startsWith(input.PathPrefix ?? '/'))
        const {items, next} = page(found, input.Marker, input.MaxItems ?? 100)
        return {Roles: items.map(roleShape), IsTruncated: next !== undefined, Marker: next}
      },
      GetInstanceProfile: ({InstanceProfileName}: GetInstanceProfileRequest): GetInstanceProfileResponse => {
        const found = recordOf(world, 'AWS::IAM::InstanceProfile', '', InstanceProfileName ?? '')
        if (found === undefined) {
          throw new AwsFault('NoSuchEntity', `Instance Profile ${InstanceProfileName ?? ''} cannot be found.`, 404)
        }
        const roles = texts(found.properties, 'Roles')
          .map((name) => recordOf(world, ROLE, '', name))
          .filter((one) => one !== undefined)
        return {
          InstanceProfile: {
            InstanceProfileName: found.id,
            InstanceProfileId: attribute(found, 'InstanceProfileId'),
            Arn: attribute(found, 'Arn'),
            Path: pathOf(found),
            CreateDate: new Date(found.createdAt),
            Roles: roles.map(roleShape),
          },
        }
      },
      CreateServiceLinkedRole: (input: CreateServiceLinkedRoleRequest): CreateServiceLinkedRoleResponse => ({
        Role: roleShape(linkRole(world, input)),
      }),
      SimulatePrincipalPolicy: (input: SimulatePrincipalPolicyRequest): SimulatePolicyResponse => ({
        EvaluationResults: simulated(world, input),
        IsTruncated: false,
      }),
    },
  }
}

function pathOf(record: AccountRecord): string {
  return text(record.properties, 'Path') ?? '/'
}

function roleShape(role: AccountRecord): Role {
  const trust = role.properties['AssumeRolePolicyDocument']
  return {
    RoleName: role.id,
    RoleId: attribute(role, 'RoleId'),
    Arn: attribute(role, 'Arn'),
    Path: pathOf(role),
    CreateDate: new Date(role.createdAt),
    Description: text(role.properties, 'Description'),
    MaxSessionDuration: number(role.properties, 'MaxSessionDuration') ?? 3600,
    AssumeRolePolicyDocument: encodeURIComponent(typeof trust === 'string' ? trust : JSON.stringify(trust ?? {})),
    Tags: tagList(role),
  }
}

function linkRole(world: World, {AWSServiceName, CustomSuffix, Description}: CreateServiceLinkedRoleRequest): AccountRecord {
  const service = AWSServiceName ?? ''
  if (!/^[a-z0-9.-]+\.amazonaws\.com$/.test(service)) {
    throw new AwsFault('InvalidInput', `${service} is not a valid service principal`)
  }
  const short = service.replace(/\.amazonaws\.com$/, '')
  const id = `AWSServiceRoleFor${
    LINKED_NAMES[short]
    ?? short
      .split(/[.-]/)
      .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
      .join('')
  }${CustomSuffix === undefined ? '' : `_${CustomSuffix}`}`
  if (recordOf(world, ROLE, '', id) !== undefined) {
    throw new AwsFault('InvalidInput', `Service role name ${id} has been taken in this account, please try a different suffix.`)
  }
  const path = `/aws-service-role/${service}/`
  return putRecord(world, {
    type: ROLE,
    region: '',
    id,
    properties: {
      RoleName: id,
      Path: path,
      ...(Description !== undefined && {Description}),
      AssumeRolePolicyDocument: {
        Version: '2012-10-17',
        Statement: [{Effect: 'Allow', Principal: {Service: service}, Action: 'sts:AssumeRole'}],
      },
    },
    attributes: {Arn: `arn:aws:iam::${world.account}:role${path}${id}`, RoleId: `AROA${world.hex(17).toUpperCase()}`},
  })
}

function simulated(world: World, {ActionNames, ResourceArns}: SimulatePrincipalPolicyRequest): EvaluationResult[] {
  return (ActionNames ?? []).flatMap((action) =>
    (ResourceArns ?? ['*']).map((resource): EvaluationResult => ({
      EvalActionName: action,
      EvalResourceName: resource,
      EvalDecision: isDenied(world, action) ? 'implicitDeny' : 'allowed',
      MatchedStatements: [],
      MissingContextValues: [],
    })),
  )
}
