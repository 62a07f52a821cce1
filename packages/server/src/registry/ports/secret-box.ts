/** Encrypts what must be kept and used again, with the installation's key. */
export interface SecretBox {
  /** What comes out can be opened only for the same purpose. */
  seal(purpose: string, secret: string): string;
  /** Throws when it was sealed for another purpose, with another key, or was changed. */
  open(purpose: string, sealed: string): string;
}
