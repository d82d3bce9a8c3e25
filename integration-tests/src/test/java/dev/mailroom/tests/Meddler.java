package dev.mailroom.tests;

import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.logging.Logger;
import javax.sql.DataSource;

/**
 * Stands between a relay and a database and does what a network or a pooler may do. It cuts the
 * connection at every statement, and every commit after it, twice: before the server has heard of
 * it, and after the server has done it. Or it wipes the session after each transaction, as
 * PgBouncer in transaction mode may give each transaction another one.
 */
final class Meddler implements DataSource {

  private interface Step {
    Object run() throws Throwable;
  }

  private final DataSource dataSource;
  private final boolean cuts;
  private final boolean wipes;
  private final Set<String> cut = ConcurrentHashMap.newKeySet();

  private Meddler(DataSource dataSource, boolean cuts, boolean wipes) {
    this.dataSource = dataSource;
    this.cuts = cuts;
    this.wipes = wipes;
  }

  static Meddler cuttingEveryStatement(DataSource dataSource) {
    return new Meddler(dataSource, true, false);
  }

  static Meddler wipingEverySession(DataSource dataSource) {
    return new Meddler(dataSource, false, true);
  }

  /** Where it has cut. */
  Set<String> cuts() {
    return new TreeSet<>(cut);
  }

  @Override
  public Connection getConnection() throws SQLException {
    return connection(dataSource.getConnection());
  }

  private Connection connection(Connection real) {
    String[] last = {"nothing"};
    return proxy(
        Connection.class,
        (method, arguments, call) -> {
          if (method.equals("prepareStatement")) {
            String sql = String.valueOf(arguments[0]);
            return statement(PreparedStatement.class, real, last, sql, (Statement) call.run());
          } else if (method.equals("createStatement")) {
            return statement(Statement.class, real, last, "", (Statement) call.run());
          } else if (method.equals("commit")) {
            Object done = meddle(real, "COMMIT after " + last[0], call);
            wipe(real);
            return done;
          }
          return call.run();
        },
        real);
  }

  private <S extends Statement> Object statement(
      Class<S> type, Connection real, String[] last, String sql, Statement statement) {
    return proxy(
        type,
        (method, arguments, call) -> {
          if (!method.startsWith("execute")) {
            return call.run();
          }
          String text = arguments != null && arguments.length > 0 ? (String) arguments[0] : sql;
          last[0] = text.strip().lines().limit(3).map(String::strip).reduce("", String::concat);
          return meddle(real, last[0], call);
        },
        statement);
  }

  private Object meddle(Connection real, String where, Step call) throws Throwable {
    if (cuts && cut.add(where + " [before]")) {
      real.abort(Runnable::run);
    }
    Object result = call.run();
    if (cuts && cut.add(where + " [after]")) {
      real.abort(Runnable::run);
      throw new SQLException("the answer was lost", "08006");
    }
    return result;
  }

  private void wipe(Connection real) throws SQLException {
    if (wipes) {
      boolean autoCommit = real.getAutoCommit();
      real.setAutoCommit(true);
      try (Statement discard = real.createStatement()) {
        discard.execute("DISCARD ALL");
      }
      real.setAutoCommit(autoCommit);
    }
  }

  private interface Handler {
    Object handle(String method, Object[] arguments, Step call) throws Throwable;
  }

  private static <T> T proxy(Class<T> type, Handler handler, Object real) {
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(),
            new Class<?>[] {type},
            (self, method, arguments) ->
                handler.handle(
                    method.getName(),
                    arguments,
                    () -> {
                      try {
                        return method.invoke(real, arguments);
                      } catch (InvocationTargetException e) {
                        throw e.getCause();
                      }
                    })));
  }

  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    return getConnection();
  }

  @Override
  public PrintWriter getLogWriter() {
    throw new UnsupportedOperationException();
  }

  @Override
  public void setLogWriter(PrintWriter out) {
    throw new UnsupportedOperationException();
  }

  @Override
  public void setLoginTimeout(int seconds) {
    throw new UnsupportedOperationException();
  }

  @Override
  public int getLoginTimeout() {
    return 0;
  }

  @Override
  public Logger getParentLogger() {
    throw new UnsupportedOperationException();
  }

  @Override
  public <T> T unwrap(Class<T> type) throws SQLException {
    return dataSource.unwrap(type);
  }

  @Override
  public boolean isWrapperFor(Class<?> type) throws SQLException {
    return dataSource.isWrapperFor(type);
  }
}
