;;; An echo server on sb-bsd-sockets with a thread for every connection.
;;;
;;; sbcl --script server.lisp [--port N] [--host ADDR] [--fault NAME] [--every K] [--bytes N] [--at K] [--list-faults]
(require :sb-bsd-sockets)
(require :sb-posix)
(defpackage :server (:use :cl :sb-bsd-sockets))
(in-package :server)

(defparameter *faults*
  '("no-close"      ; after the client has closed, every Kth socket stays in CLOSE_WAIT
    "no-close-rst"  ; after the client has reset, every Kth socket stays, in no table
    "memory"        ; keeps --bytes bytes for every Kth connection
    "graph"         ; keeps a session of some 10 KiB in many small objects for every Kth connection
    "thread-stays"  ; every Kth connection is closed, but its thread waits for ever
    "child-stays"   ; every Kth connection starts a program that waits for ever
    "file"          ; opens a file on every Kth connection and keeps it
    "crash"))       ; exits on connection --at K

(defvar *options* (rest sb-ext:*posix-argv*))
(defvar *kept* (make-hash-table :test 'equal :synchronized t))

(defstruct visit at path previous)
(defstruct session id headers visits)

(defun option (name fallback)
  (or (second (member (format nil "--~a" name) *options* :test #'string=)) fallback))

(defun option-number (name fallback)
  (parse-integer (option name (princ-to-string fallback))))

(defun parse-address (text)
  (if (find #\: text)
      (values (make-inet6-address text) 'inet6-socket)
      (values (make-inet-address text) 'inet-socket)))

(defun first-ephemeral-port ()
  (with-open-file (file "/proc/sys/net/ipv4/ip_local_port_range")
    (parse-integer (read-line file) :junk-allowed t)))

;; A free port below the ephemeral range, where no client's local port can collide with it.
(defun listen-on (host wanted)
  (multiple-value-bind (address class) (parse-address host)
    (loop repeat 100 do
      (let ((socket (make-instance class :type :stream :protocol :tcp))
            (port (if (plusp wanted) wanted (+ 10000 (random (- (first-ephemeral-port) 10000))))))
        (setf (sockopt-reuse-address socket) t)
        (handler-case
            (progn (socket-bind socket address port)
                   (socket-listen socket 128)
                   (return-from listen-on (values socket port)))
          (address-in-use-error () (socket-close socket)))))
    (error "no free port found")))

(defun make-kept-session (id)
  (let ((headers (make-hash-table :test 'equal)) (visits '()))
    (loop for i from 1 to 12 do
      (setf (gethash (format nil "x-header-~d" i) headers) (format nil "value ~d of ~a" i id)))
    (loop for i from 1 to 20 do
      (push (make-visit :at (get-internal-real-time) :path (format nil "/articles/~d" i) :previous (first visits))
            visits))
    (make-session :id id :headers headers :visits visits)))

(defun peer-of (socket)
  (handler-case
      (multiple-value-bind (address port) (socket-peername socket) (format nil "~{~d~^.~}:~d" (coerce address 'list) port))
    (socket-error () "gone"))) ; the client has reset before it could be asked for its address

;; Says true if the client has reset the connection.
(defun echo (socket)
  (let ((buffer (make-array 4096 :element-type '(unsigned-byte 8))))
    (handler-case
        (loop
          (multiple-value-bind (received length) (socket-receive socket buffer nil)
            (declare (ignore received))
            (when (or (null length) (zerop length)) (return nil))
            (socket-send socket buffer length :nosignal t)))
      (socket-error () t))))

(defun serve (socket number strike)
  (let ((id (format nil "~a#~d" (peer-of socket) number)))
    (flet ((keep (value) (setf (gethash id *kept*) value))
           (is (name) (string= strike name)))
      (cond ((is "memory") (keep (make-array (option-number "bytes" 1024) :element-type '(unsigned-byte 8))))
            ((is "graph") (keep (make-kept-session id)))
            ((is "file") (keep (open "/etc/passwd"))))
      (let ((reset (echo socket)))
        (when (or (and (is "no-close") (not reset)) (and (is "no-close-rst") reset))
          (keep socket)
          (return-from serve)))
      (socket-close socket)
      (when (is "thread-stays") (loop (sleep 3600))))))

(defun accept-patiently (listener)
  (loop (handler-case (let ((socket (socket-accept listener))) (when socket (return socket)))
          (socket-error () (sleep 0.005))))) ; out of descriptors, or a client that has gone already

(defun main ()
  (let ((fault (option "fault" "")) (every (option-number "every" 1)) (at (option-number "at" 1)))
    (when (member "--list-faults" *options* :test #'string=)
      (format t "~{~a~%~}" *faults*)
      (sb-ext:exit :code 0))
    (unless (or (string= fault "") (member fault *faults* :test #'string=))
      (format *error-output* "no fault ~a here; there are:~{ ~a~}~%" fault *faults*)
      (sb-ext:exit :code 2))
    (setf *random-state* (make-random-state t))
    (multiple-value-bind (listener port) (listen-on (option "host" "127.0.0.1") (option-number "port" 0))
      (format t "ready ~d ~d~%" port (sb-posix:getpid))
      (finish-output)
      (loop for number from 1 do
        (let ((socket (accept-patiently listener))
              (strike (if (zerop (mod number every)) fault ""))
              (own number))
          (when (and (string= strike "crash") (>= number at)) (sb-ext:exit :code 1 :abort t))
          (when (string= strike "child-stays") (sb-ext:run-program "/bin/sleep" '("infinity") :wait nil))
          (sb-thread:make-thread (lambda () (serve socket own strike))))))))

(main)
