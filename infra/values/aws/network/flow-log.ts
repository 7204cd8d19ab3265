import { bucketArn, logsBucket, type Place } from "../../../core/aws/names";

/** All traffic of a VPC, as files that Athena reads by hour; the bucket keeps them as long as the profile asks. */
export const flowLog = (place: Place) => ({
  trafficType: "ALL",
  logDestinationType: "s3",
  logDestination: `${bucketArn(place, logsBucket(place))}/flow/`,
  maxAggregationInterval: 60,
  destinationOptions: { fileFormat: "parquet", hiveCompatiblePartitions: true, perHourPartition: true },
});
