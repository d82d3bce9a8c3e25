package dev.mailroom.relay;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class SharesTest {

  @Test
  void dealsOutAllPartitionsAndNobodyGetsTwoMoreThanAnother() {
    for (int relays = 1; relays <= 40; relays++) {
      int n = relays;
      int[] shares = IntStream.range(0, n).map(rank -> Shares.of(rank, n)).toArray();
      assertThat(IntStream.of(shares).sum()).as("%s relays", n).isEqualTo(Lane.PARTITIONS);
      int most = IntStream.of(shares).max().orElseThrow();
      int least = IntStream.of(shares).min().orElseThrow();
      assertThat(most - least).as("%s relays", n).isLessThanOrEqualTo(1);
      assertThat(shares[0]).as("the first by rank have one more").isEqualTo(most);
    }
  }
}
