package dev.mailroom.outbox.jdbc;

import org.junit.jupiter.api.Nested;

/** All suites on H2. */
class H2IT {

  @Nested
  class Store extends OutboxStoreSuite {
    Store() {
      super(Database.H2);
    }
  }

  @Nested
  class Leases extends LeaseStoreSuite {
    Leases() {
      super(Database.H2);
    }
  }

  @Nested
  class Writers extends WriterSuite {
    Writers() {
      super(Database.H2);
    }
  }

  @Nested
  class Crowds extends CrowdSuite {
    Crowds() {
      super(Database.H2);
    }
  }

  @Nested
  class Fidelity extends FidelitySuite {
    Fidelity() {
      super(Database.H2);
    }
  }

  @Nested
  class Operations extends OperatorsSuite {
    Operations() {
      super(Database.H2);
    }
  }

  @Nested
  class Privileges extends PrivilegesSuite {
    Privileges() {
      super(Database.H2);
    }
  }
}
