package io.keyway.plane.infrap4d.pipeline;

/** The device's program is not one that we can use; the message says what it lacks. */
public final class PipelineException extends Exception {
  private static final long serialVersionUID = 1L;

  public PipelineException(String message) {
    super(message);
  }
}
