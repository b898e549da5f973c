/**
 * Makes a resource that needs nothing special: a record with a physical id and attributes in the form its schema promises. It
 * refuses a name that is taken; it checks nothing else, because the schema has been checked before.
 */
import {AwsFault} from '../world/contract.ts'
import type {World} from '../world/contract.ts'
import {recordOf} from '../services/records/lookup.ts'
import type {Properties, ResourceHandler, ResourceRequest, ResourceSchema, ResourceSchemas} from './contract.ts'

/** Where a type's ARN names another service than its type does. */
const arnServices: Readonly<Record<string, string>> = {
  CertificateManager: 'acm',
  ElasticLoadBalancingV2: 'elasticloadbalancing',
  CloudWatch: 'cloudwatch',
  ApplicationAutoScaling: 'application-autoscaling',
}

export function genericHandler(schemas: ResourceSchemas): ResourceHandler {
  return {
    create: (request) => {
      const schema = schemas.find(request.type)
      if (schema === undefined) {
        throw new AwsFault('TypeNotFoundException', `Template format error: Unrecognized resource types: [${request.type}]`)
      }
      const physicalId = physicalIdOf(schema, request)
      if (recordOf(request.world, request.type, request.region, physicalId) !== undefined) {
        throw new AwsFault('AlreadyExists', `Resource of type '${request.type}' with identifier '${physicalId}' already exists.`)
      }
      return {physicalId, attributes: plausibleAttributes(schema, request, physicalId)}
    },
    update: ({world, region, type, physicalId}) => ({
      physicalId,
      attributes: recordOf(world, type, region, physicalId)?.attributes ?? {},
    }),
    remove: () => {},
  }
}

function physicalIdOf(schema: ResourceSchema, request: ResourceRequest): string {
  const {properties, world} = request
  const given = schema.primaryIdentifier.map((name) => properties[name])
  if (given.length > 0 && given.every((one) => typeof one === 'string' || typeof one === 'number')) return given.join('|')
  const own = schema.primaryIdentifier.find((name) => properties[name] === undefined) ?? ''
  if (own.endsWith('Arn')) return arnOf(request, givenName(schema, properties) ?? freshName(request))
  if (own.endsWith('Id') && givenName(schema, properties) === undefined) return `${shortName(request.type)}-0${world.hex(16)}`
  return givenName(schema, properties) ?? freshName(request)
}

/** `stack-LogicalId-1A2B3C4D5E6F` */
const freshName = ({world, stackName, logicalId}: Pick<ResourceRequest, 'world' | 'stackName' | 'logicalId'>): string =>
  `${stackName.slice(0, 40)}-${logicalId.slice(0, 20)}-${world.hex(12).toUpperCase()}`

function givenName(schema: ResourceSchema, properties: Properties): string | undefined {
  const noun = schema.type.split('::')[2] ?? ''
  const value = properties['Name'] ?? properties[`${noun}Name`]
  return typeof value === 'string' ? value : undefined
}

/** `AWS::EC2::NatGateway` → `natgateway` */
const shortName = (type: string): string => (type.split('::')[2] ?? 'r').toLowerCase()

/** `arn:aws:imagebuilder:eu-west-1:111122223333:component/name` */
export function arnOf(
  {type, region, world}: {readonly type: string; readonly region: string; readonly world: World},
  name: string,
): string {
  const [, service = '', noun = ''] = type.split('::')
  const where = service === 'IAM' || service === 'Route53' || service === 'CloudFront' ? '' : region
  const kind = noun.replace(/([a-z0-9])([A-Z])/g, '$1-$2').toLowerCase()
  return `arn:aws:${arnServices[service] ?? service.toLowerCase()}:${where}:${world.account}:${kind}/${name.toLowerCase()}`
}

/** Every attribute `GetAtt` may ask for, made up where nothing better is known. */
export function plausibleAttributes(
  schema: ResourceSchema,
  request: Pick<ResourceRequest, 'world' | 'region' | 'type' | 'properties' | 'logicalId'>,
  physicalId: string,
): Readonly<Record<string, unknown>> {
  const noun = schema.type.split('::')[2] ?? ''
  return Object.fromEntries(
    schema.attributes.map((name) => {
      const given = request.properties[name]
      if (given !== undefined) return [name, given]
      if (name === 'Arn' || name === `${noun}Arn`) {
        return [name, physicalId.startsWith('arn:') ? physicalId : arnOf(request, physicalId)]
      }
      if (name === 'Id' || name === `${noun}Id` || name === 'Name' || name === `${noun}Name`) return [name, physicalId]
      if (name.endsWith('Arn')) return [name, arnOf(request, `${physicalId}/${name.slice(0, -3)}`)]
      if (name.endsWith('Arns') || name.endsWith('Ids')) return [name, []]
      if (name.endsWith('Version') || name.endsWith('VersionNumber')) return [name, '1']
      if (name.endsWith('Port')) return [name, '443']
      if (/Time$|Date$|At$/.test(name)) return [name, new Date(request.world.clock.now()).toISOString()]
      return [name, `${physicalId.split(/[/:]/).at(-1) ?? physicalId}-${name.replaceAll('.', '-').toLowerCase()}`]
    }),
  )
}
