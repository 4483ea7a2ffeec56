package io.keyway.shell.yaml;

/**
 * One thing wrong with a file.
 *
 * @param line counted from 1; 0 when the whole file is meant
 * @param column counted from 1
 * @param path where in the configuration, such as {@code /gateways/gw-1/ike-policy}
 * @param message what is wrong and what to do; never the value of a secret
 */
public record Problem(int line, int column, String path, String message) {

  @Override
  public String toString() {
    String place = line == 0 ? "" : "line " + line + ", column " + column + ": ";
    return place + (path.isEmpty() ? "" : path + ": ") + message;
  }
}
