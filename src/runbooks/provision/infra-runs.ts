/** Names of the plans that a journal of provisioning begins with: whoever reads journals tells runs apart by them. */
export const upPlanName = 'infra-up'
export const downPlanName = 'infra-down'
