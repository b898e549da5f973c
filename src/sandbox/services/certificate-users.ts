/** Who uses a certificate: CloudFront distributions and HTTPS listeners, by ARN or id. */
import type {World} from '../world/contract.ts'
import {bag, bags, text} from './records/properties.ts'

export function certificateUsers(world: World, certificate: string): readonly string[] {
  return [...world.records.all()]
    .filter(({type, properties}) => {
      if (type === 'AWS::CloudFront::Distribution')
        return text(bag(bag(properties, 'DistributionConfig'), 'ViewerCertificate'), 'AcmCertificateArn') === certificate
      return (
        type === 'AWS::ElasticLoadBalancingV2::Listener'
        && bags(properties, 'Certificates').some((one) => text(one, 'CertificateArn') === certificate)
      )
    })
    .map(({type, id}) =>
      type === 'AWS::CloudFront::Distribution' ? `arn:aws:cloudfront::${world.account}:distribution/${id}` : id,
    )
}
