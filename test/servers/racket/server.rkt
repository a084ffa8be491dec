#lang racket/base
;; An echo server with a green thread for every connection.
;;
;; racket server.rkt [--port N] [--host ADDR] [--fault NAME] [--every K] [--bytes N] [--at K] [--list-faults]
(require racket/cmdline racket/file racket/string racket/system racket/tcp ffi/unsafe)

(define faults
  '("no-close"      ; after the client has ended the connection, every Kth socket stays
    "memory"        ; keeps --bytes bytes for every Kth connection
    "graph"         ; keeps a session of some 10 KiB in many small objects for every Kth connection
    "thread-stays"  ; every Kth connection is closed, but its green thread waits for ever
    "child-stays"   ; every Kth connection starts a program that waits for ever
    "file"          ; opens a file on every Kth connection and keeps it
    "crash"))       ; exits on connection --at K

(define options (make-hash '(("port" . "0") ("host" . "127.0.0.1") ("fault" . "") ("every" . "1") ("bytes" . "1024") ("at" . "1"))))
(define (set name) (lambda (_ value) (hash-set! options name value)))
(define (number-of name) (string->number (hash-ref options name)))
(define one '("" "value"))
(parse-command-line
 "server" (current-command-line-arguments)
 `((once-each
    [("--port") ,(set "port") ,one] [("--host") ,(set "host") ,one] [("--fault") ,(set "fault") ,one]
    [("--every") ,(set "every") ,one] [("--bytes") ,(set "bytes") ,one] [("--at") ,(set "at") ,one]
    [("--list-faults") ,(lambda (_) (for-each displayln faults) (exit 0)) ("")]))
 void '())

(define fault (hash-ref options "fault"))
(unless (or (string=? fault "") (member fault faults))
  (eprintf "no fault ~a here; there are: ~a\n" fault faults)
  (exit 2))

(struct visit (at path previous))
(struct session (id headers visits))

(define kept (make-hash))
(define (keep! id value) (hash-set! kept id value))

(define (session-of id)
  (define headers
    (for/hash ([i 12]) (values (format "x-header-~a" i) (format "value ~a of connection ~a" i id))))
  (define visits
    (for/fold ([visits '()]) ([i 20])
      (cons (visit (current-inexact-milliseconds) (format "/articles/~a" i) (and (pair? visits) (car visits))) visits)))
  (session id headers visits))

(define (echo in out)
  (define buffer (make-bytes 4096))
  (with-handlers ([exn:fail? void])
    (let loop ()
      (define length (read-bytes-avail! buffer in))
      (unless (eof-object? length)
        (write-bytes buffer out 0 length)
        (flush-output out)
        (loop)))))

(define (close in out)
  (close-input-port in)
  (with-handlers ([exn:fail? (lambda (_) (tcp-abandon-port out))]) (close-output-port out)))

(define (serve in out number strike)
  (define id (format "~a#~a" (peer-of in) number))
  (case strike
    [("memory") (keep! id (make-bytes (number-of "bytes") 120))]
    [("graph") (keep! id (session-of id))]
    [("file") (keep! id (open-input-file "/etc/passwd"))]
    [("child-stays") (keep! id (call-with-values (lambda () (subprocess (current-output-port) #f (current-error-port) "/bin/cat")) list))])
  (echo in out)
  (cond [(equal? strike "no-close") (keep! id (cons in out))]
        [else (close in out)
              (when (equal? strike "thread-stays") (sync never-evt))]))

(define (peer-of in)
  (with-handlers ([exn:fail? (lambda (_) "gone")]) ; the client has reset before it could be asked for its address
    (define-values (own-address own-port address port) (tcp-addresses in #t))
    (format "~a:~a" address port)))

;; A free port below the ephemeral range, where no client's local port can collide with it.
(define (listen)
  (define first-ephemeral
    (string->number (car (string-split (file->string "/proc/sys/net/ipv4/ip_local_port_range")))))
  (let attempt ([left 100])
    (define port
      (if (zero? (number-of "port")) (+ 10000 (random (- first-ephemeral 10000))) (number-of "port")))
    (with-handlers ([exn:fail:network? (lambda (failure) (if (zero? left) (raise failure) (attempt (sub1 left))))])
      (tcp-listen port 128 #t (hash-ref options "host")))))

(define listener (listen))
(define-values (own-address own-port peer-address peer-port) (tcp-addresses listener #t))
(define getpid (get-ffi-obj "getpid" #f (_fun -> _int)))
(printf "ready ~a ~a\n" own-port (getpid))
(flush-output)

(let loop ([number 1])
  (define-values (in out)
    (with-handlers ([exn:fail:network? (lambda (_) (sleep 0.005) (values #f #f))]) (tcp-accept listener)))
  (cond [in
         (define strike (if (zero? (modulo number (number-of "every"))) fault ""))
         (when (and (equal? strike "crash") (>= number (number-of "at"))) (exit 1))
         (thread (lambda () (serve in out number strike)))
         (loop (add1 number))]
        [else (loop number)]))
