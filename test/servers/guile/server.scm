;;; An echo server in one loop around select, a record for every connection.
;;;
;;; guile --no-auto-compile server.scm [--port N] [--host ADDR] [--fault NAME] [--every K] [--bytes N] [--at K] [--list-faults]
(use-modules (ice-9 getopt-long) (ice-9 match) (ice-9 rdelim) (rnrs bytevectors) (srfi srfi-1) (srfi srfi-9))

(define faults
  '("no-close"      ; after the client has closed, every Kth socket stays in CLOSE_WAIT
    "no-close-rst"  ; after the client has reset, every Kth socket stays, in no table
    "memory"        ; keeps --bytes bytes for every Kth connection
    "graph"         ; keeps a session of some 10 KiB in many small objects for every Kth connection
    "child-stays"   ; every Kth connection forks a child that waits for ever
    "file"          ; opens a file on every Kth connection and keeps it
    "crash"))       ; exits on connection --at K

(define options
  (getopt-long (command-line)
               '((port (value #t)) (host (value #t)) (fault (value #t)) (every (value #t)) (bytes (value #t))
                 (at (value #t)) (list-faults))))
(define (number-of name fallback) (string->number (option-ref options name (number->string fallback))))
(define host (option-ref options 'host "127.0.0.1"))
(define fault (option-ref options 'fault ""))
(define every-kth (number-of 'every 1))

(define-record-type client (make-client id socket strike) client?
  (id client-id) (socket client-socket) (strike client-strike))
(define-record-type visit (make-visit at path previous) visit?
  (at visit-at) (path visit-path) (previous visit-previous))

(define kept (make-hash-table))
(define (keep! id value) (hash-set! kept id value))

(define (session-of id)
  (let ((headers (make-hash-table)))
    (for-each (lambda (i)
                (hash-set! headers (string-append "x-header-" (number->string i))
                           (string-append "value " (number->string i) " of connection " id)))
              (iota 20))
    (list id headers
          (fold (lambda (i visits)
                  (cons (make-visit (gettimeofday) (string-append "/articles/" (number->string i))
                                    (and (pair? visits) (car visits)))
                        visits))
                '() (iota 40)))))

;; The child must not be accused of what it inherited: it keeps nothing but itself.
(define (fork-one)
  (when (zero? (primitive-fork))
    (for-each (lambda (descriptor) (false-if-exception (close-fdes descriptor))) (iota 1021 3))
    (let loop () (sleep 3600) (loop))))

(define family (if (string-index host #\:) AF_INET6 AF_INET))

;; A free port below the ephemeral range, where no client's local port can collide with it.
(define (listen-on wanted)
  (let* ((range (call-with-input-file "/proc/sys/net/ipv4/ip_local_port_range" read))
         (random-state (random-state-from-platform)))
    (let attempt ((left 100))
      (let ((socket (socket family SOCK_STREAM 0))
            (port (if (zero? wanted) (+ 10000 (random (- range 10000) random-state)) wanted)))
        (setsockopt socket SOL_SOCKET SO_REUSEADDR 1)
        (catch 'system-error
          (lambda () (bind socket family (inet-pton family host) port) (listen socket 128) socket)
          (lambda failure
            (close-port socket)
            (if (and (zero? wanted) (positive? left)) (attempt (1- left)) (apply throw failure))))))))

(define (take socket address number)
  (let ((id (string-append (inet-ntop family (sockaddr:addr address)) ":" (number->string (sockaddr:port address))
                           "#" (number->string number)))
        (strike (if (zero? (modulo number every-kth)) fault "")))
    (match strike
      ("memory" (keep! id (make-bytevector (number-of 'bytes 1024) 120)))
      ("graph" (keep! id (session-of id)))
      ("file" (keep! id (open-input-file "/etc/passwd")))
      ("child-stays" (fork-one))
      ("crash" (when (>= number (number-of 'at 1)) (primitive-_exit 1)))
      (_ #f))
    (make-client id socket strike)))

(define buffer (make-bytevector 4096))

;; What is left of it: itself, or #f when it has gone.
(define (serve client)
  (let ((ending (catch 'system-error
                  (lambda ()
                    (let ((length (recv! (client-socket client) buffer)))
                      (if (zero? length)
                          'closed
                          (let ((answer (make-bytevector length)))
                            (bytevector-copy! buffer 0 answer 0 length)
                            (send (client-socket client) answer)
                            #f))))
                  (lambda _ 'reset)))
        (strike (client-strike client)))
    (cond ((not ending) client)
          ((or (and (string=? strike "no-close") (eq? ending 'closed))
               (and (string=? strike "no-close-rst") (eq? ending 'reset)))
           (keep! (client-id client) (client-socket client))
           #f)
          (else (close-port (client-socket client)) #f))))

(when (option-ref options 'list-faults #f)
  (for-each (lambda (name) (display name) (newline)) faults)
  (exit 0))
(unless (or (string=? fault "") (member fault faults))
  (format (current-error-port) "no fault ~a here; there are: ~a~%" fault faults)
  (exit 2))
(sigaction SIGPIPE SIG_IGN)
(define listener (listen-on (number-of 'port 0)))
(format #t "ready ~a ~a~%" (sockaddr:port (getsockname listener)) (getpid))
(force-output)

(let loop ((clients '()) (number 1))
  (let* ((ready (car (select (cons listener (map client-socket clients)) '() '())))
         (left (filter-map (lambda (client) (if (memq (client-socket client) ready) (serve client) client)) clients))
         (accepted (and (memq listener ready)
                        (catch 'system-error (lambda () (accept listener)) (lambda _ (usleep 5000) #f)))))
    (if accepted
        (loop (cons (take (car accepted) (cdr accepted) number) left) (1+ number))
        (loop left number))))
