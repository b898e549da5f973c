/**
 * Launch templates: kept by their record alone. EC2 answers from it, and Auto Scaling reads there what hosts are made of. An
 * update with other data is a new version; older versions are not kept.
 */
import {AwsFault} from '../../world/contract.ts'
import type {ResourceHandler} from '../contract.ts'
import {means, number, text} from './property-values.ts'
import {ec2Id, generatedName} from './record-handler.ts'
import {missing} from './service-call.ts'

const TEMPLATE = 'AWS::EC2::LaunchTemplate'

export const launchTemplate: ResourceHandler = {
  create: (request) => {
    const name = text(request.properties['LaunchTemplateName']) ?? generatedName(request, 128)
    const taken = request.world.records
      .list(request.region, TEMPLATE)
      .some((one) => one.attributes['LaunchTemplateName'] === name)
    if (taken) throw new AwsFault('InvalidLaunchTemplateName.AlreadyExistsException', 'Launch template name already in use.')
    const id = ec2Id(request, 'lt')
    return {
      physicalId: id,
      attributes: {LaunchTemplateId: id, LaunchTemplateName: name, LatestVersionNumber: '1', DefaultVersionNumber: '1'},
    }
  },
  update: (request) => {
    const known = request.world.records.get(request.region, TEMPLATE, request.physicalId)
    if (known === undefined) throw missing(request)
    const latest = number(known.attributes['LatestVersionNumber']) ?? 1
    const changed = !means(request.properties['LaunchTemplateData'], known.properties['LaunchTemplateData'])
    const attributes = {...known.attributes, LatestVersionNumber: String(changed ? latest + 1 : latest)}
    request.world.records.change(request.region, TEMPLATE, request.physicalId, {attributes})
    return {physicalId: request.physicalId, attributes}
  },
  remove: () => {},
}
