/**
 * URN patterns of what lies inside a region's cluster, for `pulumi up --exclude`: one name of the tree's top and one of
 * the region, because everything in a cell is called `<region>/…`. `**` stands for any text (Pulumi's own wildcards).
 */
export const inClusterPattern = (environment: string, region: string): string =>
  `urn:pulumi:${environment}::homeport::homeport:kubernetes:RegionCell$**::${region}/**`;
