package dev.mailroom.testkit.database;

import com.mysql.cj.jdbc.MysqlDataSource;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.h2.jdbcx.JdbcDataSource;
import org.mariadb.jdbc.MariaDbDataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** The drivers' own data sources, which open a connection each time. */
final class Drivers {

  private Drivers() {}

  static DataSource dataSource(DatabaseKind kind, String url) {
    try {
      return switch (kind) {
        case POSTGRESQL -> postgresql(url);
        case MARIADB -> mariadb(url);
        case MYSQL -> mysql(url);
        case H2 -> h2(url);
      };
    } catch (NoClassDefFoundError e) {
      throw new IllegalStateException(
          "The JDBC driver of " + kind + " is not on the class path", e);
    }
  }

  private static DataSource postgresql(String url) {
    PGSimpleDataSource dataSource = new PGSimpleDataSource();
    dataSource.setUrl(url);
    return dataSource;
  }

  private static DataSource mariadb(String url) {
    try {
      return new MariaDbDataSource(url);
    } catch (SQLException e) {
      throw new IllegalArgumentException("The MariaDB driver does not take the URL", e);
    }
  }

  private static DataSource mysql(String url) {
    MysqlDataSource dataSource = new MysqlDataSource();
    dataSource.setUrl(url);
    return dataSource;
  }

  private static DataSource h2(String url) {
    JdbcDataSource dataSource = new JdbcDataSource();
    dataSource.setURL(url);
    return dataSource;
  }
}
