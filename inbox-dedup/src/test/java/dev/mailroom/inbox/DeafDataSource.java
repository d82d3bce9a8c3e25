package dev.mailroom.inbox;

import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.logging.Logger;
import javax.sql.DataSource;

/** Commits, and does not hear that it has. */
final class DeafDataSource implements DataSource {

  private final DataSource dataSource;

  DeafDataSource(DataSource dataSource) {
    this.dataSource = dataSource;
  }

  @Override
  public Connection getConnection() throws SQLException {
    return deaf(Connection.class, dataSource.getConnection(), false);
  }

  @Override
  public Connection getConnection(String user, String password) throws SQLException {
    return getConnection();
  }

  /** To {@code commit()}, or to a statement that commits. */
  private static <T> T deaf(Class<T> type, T hearing, boolean commits) {
    Object proxy =
        Proxy.newProxyInstance(
            DeafDataSource.class.getClassLoader(),
            new Class<?>[] {type},
            (self, method, args) -> {
              Object answer = invoke(hearing, method, args);
              String name = method.getName();
              if (name.equals("commit") || (commits && name.startsWith("execute"))) {
                throw new SQLException("the answer is lost", "08006");
              }
              if (name.equals("prepareStatement")) {
                boolean commit = String.valueOf(args[0]).contains("COMMIT");
                return deaf(PreparedStatement.class, (PreparedStatement) answer, commit);
              }
              return answer;
            });
    return type.cast(proxy);
  }

  private static Object invoke(Object on, Method method, Object[] args) throws Throwable {
    try {
      return method.invoke(on, args);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  @Override
  public PrintWriter getLogWriter() throws SQLException {
    return dataSource.getLogWriter();
  }

  @Override
  public void setLogWriter(PrintWriter out) throws SQLException {
    dataSource.setLogWriter(out);
  }

  @Override
  public void setLoginTimeout(int seconds) throws SQLException {
    dataSource.setLoginTimeout(seconds);
  }

  @Override
  public int getLoginTimeout() throws SQLException {
    return dataSource.getLoginTimeout();
  }

  @Override
  public Logger getParentLogger() {
    return Logger.getGlobal();
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
