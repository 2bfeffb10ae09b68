"""The rules workshop: proposals to change the law or its wording, tried out, reviewed by another, live."""
