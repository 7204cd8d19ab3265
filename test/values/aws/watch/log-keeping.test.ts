import { cloudWatchDays, trailLock } from "../../../../infra/values/aws/watch/log-keeping";
import { awsConfig } from "../../../support/aws-cell";

describe("keeping of logs", () => {
  it("takes the shortest time of CloudWatch's that is long enough", () => {
    expect([1, 2, 30, 31, 365, 366, 2192, 3653].map(cloudWatchDays)).toEqual([1, 3, 30, 60, 365, 400, 2192, 3653]);
  });

  it("locks the trail as long as logs must be kept", () => {
    expect(trailLock(awsConfig({ monitoring: { retentionDays: 500 } }))).toEqual({
      defaultRetention: { mode: "GOVERNANCE", days: 500 },
    });
  });
});
