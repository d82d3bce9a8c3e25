package dev.mailroom.outbox.jdbc;

import org.junit.jupiter.api.Nested;

/** All suites on MariaDB. */
class MariaDbIT {

  @Nested
  class Store extends OutboxStoreSuite {
    Store() {
      super(Database.MARIADB);
    }
  }

  @Nested
  class Leases extends LeaseStoreSuite {
    Leases() {
      super(Database.MARIADB);
    }
  }

  @Nested
  class Writers extends WriterSuite {
    Writers() {
      super(Database.MARIADB);
    }
  }

  @Nested
  class Crowds extends CrowdSuite {
    Crowds() {
      super(Database.MARIADB);
    }
  }

  @Nested
  class Fidelity extends FidelitySuite {
    Fidelity() {
      super(Database.MARIADB);
    }
  }

  @Nested
  class Operations extends OperatorsSuite {
    Operations() {
      super(Database.MARIADB);
    }
  }

  @Nested
  class Privileges extends PrivilegesSuite {
    Privileges() {
      super(Database.MARIADB);
    }
  }
}
