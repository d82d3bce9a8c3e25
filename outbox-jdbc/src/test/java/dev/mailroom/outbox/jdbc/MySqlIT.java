package dev.mailroom.outbox.jdbc;

import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** All suites on a MySQL that is given. */
@EnabledIfEnvironmentVariable(named = MariaDbTestServer.MYSQL_URL, matches = ".+")
class MySqlIT {

  @Nested
  class Store extends OutboxStoreSuite {
    Store() {
      super(Database.MYSQL);
    }
  }

  @Nested
  class Leases extends LeaseStoreSuite {
    Leases() {
      super(Database.MYSQL);
    }
  }

  @Nested
  class Writers extends WriterSuite {
    Writers() {
      super(Database.MYSQL);
    }
  }

  @Nested
  class Crowds extends CrowdSuite {
    Crowds() {
      super(Database.MYSQL);
    }
  }

  @Nested
  class Fidelity extends FidelitySuite {
    Fidelity() {
      super(Database.MYSQL);
    }
  }

  @Nested
  class Operations extends OperatorsSuite {
    Operations() {
      super(Database.MYSQL);
    }
  }

  @Nested
  class Privileges extends PrivilegesSuite {
    Privileges() {
      super(Database.MYSQL);
    }
  }
}
