package dev.mailroom.examples.demo;

import dev.mailroom.testkit.MariaDbServer;
import dev.mailroom.testkit.MySqlServer;
import dev.mailroom.testkit.PostgresServer;
import java.sql.SQLException;
import org.h2.tools.Server;

/** The database servers that the shop runs on. */
enum ShopDatabase {
  POSTGRESQL("PostgreSQL") {
    @Override
    Running start() {
      PostgresServer server = PostgresServer.start();
      return new Running(server.createDatabase("shop"), server::close);
    }
  },

  MARIADB("MariaDB") {
    @Override
    Running start() {
      MariaDbServer server = MariaDbServer.start();
      return new Running(server.createDatabase("shop"), server::close);
    }
  },

  /** One whose program the machine's owner has named. */
  MYSQL("MySQL") {
    @Override
    Running start() {
      MySqlServer server = MySqlServer.start();
      return new Running(server.createDatabase("shop"), server::close);
    }
  },

  /** In memory, behind its TCP server, because the shop's processes share it. */
  H2("H2") {
    @Override
    Running start() throws SQLException {
      Server server = Server.createTcpServer("-tcpPort", "0", "-ifNotExists").start();
      String url = "jdbc:h2:tcp://localhost:" + server.getPort() + "/mem:shop;DB_CLOSE_DELAY=-1";
      return new Running(url, server::stop);
    }
  };

  /** A server with an empty database. */
  record Running(String jdbcUrl, Runnable stop) {}

  private final String product;

  ShopDatabase(String product) {
    this.product = product;
  }

  abstract Running start() throws SQLException;

  @Override
  public String toString() {
    return product;
  }
}
