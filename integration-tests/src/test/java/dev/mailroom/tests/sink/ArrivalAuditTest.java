package dev.mailroom.tests.sink;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ArrivalAuditTest {

  private static final String LANE = Letter.lane(Load.LEDGER, "k");

  private final Numbers due = new Numbers();
  private final Numbers allowed = new Numbers();
  private final List<Arrival> arrivals = new ArrayList<>();

  private void due(int... numbers) {
    for (int n : numbers) {
      due.add(LANE, n);
    }
  }

  private void arrive(String lane, int... numbers) {
    for (int n : numbers) {
      arrivals.add(new Arrival(lane, n, arrivals.size()));
    }
  }

  private ArrivalAudit audit() {
    return ArrivalAudit.of(due, allowed, arrivals);
  }

  @Test
  void allInOrder() {
    due(1, 2, 3);
    arrive(LANE, 1, 2, 3);
    assertThat(audit()).isEqualTo(new ArrivalAudit(3, 0, 0, 0, 0));
  }

  @Test
  void whatDidNotComeIsLost() {
    due(1, 2, 3);
    arrive(LANE, 1, 3);
    assertThat(audit()).isEqualTo(new ArrivalAudit(3, 1, 0, 0, 0));
  }

  @Test
  void whatNobodyCommittedIsInvented() {
    due(1);
    allowed.add(LANE, 2);
    arrive(LANE, 1, 2, 3);
    assertThat(audit()).isEqualTo(new ArrivalAudit(1, 0, 1, 0, 0));
  }

  @Test
  void whatCameAfterALaterOneIsOutOfOrder() {
    due(1, 2, 3);
    arrive(LANE, 1, 3, 2);
    assertThat(audit()).isEqualTo(new ArrivalAudit(3, 0, 0, 1, 0));
  }

  @Test
  void theEndOfAKeyThatComesAgainIsARepeat() {
    due(1, 2, 3);
    arrive(LANE, 1, 2, 1, 2, 3);
    assertThat(audit()).isEqualTo(new ArrivalAudit(3, 0, 0, 0, 2));
  }

  @Test
  void theTimesOfArrivalCountAndNotThePlacesInTheList() {
    due(1, 2);
    arrivals.add(new Arrival(LANE, 2, 20));
    arrivals.add(new Arrival(LANE, 1, 10));
    assertThat(audit().orderViolations()).isZero();
  }

  @Test
  void onlyFifoHasAnOrder() {
    String lane = Letter.lane(Load.MAIL, "k");
    due.add(lane, 1);
    due.add(lane, 2);
    arrive(lane, 2, 1);
    assertThat(audit().orderViolations()).isZero();
  }
}
