package io.keyway.northbound.config;

/** An entry that the schema lets pass but that makes no sense. */
public final class InvalidEntryException extends Exception {

  private static final long serialVersionUID = 1L;

  private final String node;

  /**
   * @param node path of the wrong node below the entry, such as {@code authentication/secret}
   * @param reason what is wrong, and what to do
   */
  public InvalidEntryException(String node, String reason) {
    super(reason);
    this.node = node;
  }

  public String node() {
    return node;
  }

  /** The same below another node. */
  public InvalidEntryException below(String parent) {
    return new InvalidEntryException(parent + "/" + node, getMessage());
  }
}
