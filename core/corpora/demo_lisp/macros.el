;;; macros.el --- new control structures out of old ones

(defmacro lab-unless-empty (list &rest body)
  "Run BODY unless LIST is empty."
  (declare (indent 1))
  `(when ,list ,@body))

(defmacro lab-swap (one other)
  "Exchange the values of two places."
  (let ((kept (make-symbol "kept")))
    `(let ((,kept ,one))
       (setf ,one ,other
             ,other ,kept))))

(defmacro lab-pipe (value &rest steps)
  "Hand VALUE through STEPS, as the first argument of each."
  (if (null steps)
      value
    `(lab-pipe (,(car (car steps)) ,value ,@(cdr (car steps)))
               ,@(cdr steps))))

(defmacro lab-with-timer (name &rest body)
  "Run BODY, say how long NAME took, and give its value."
  (let ((start (make-symbol "start")))
    `(let ((,start (float-time)))
       (prog1 (progn ,@body)
         (message "%s: %.2f s" ,name (- (float-time) ,start))))))

(defmacro lab-define-getters (prefix &rest fields)
  "A function PREFIX-FIELD for each of FIELDS, read from a plist."
  `(progn
     ,@(mapcar (lambda (field)
                 `(defun ,(intern (format "%s-%s" prefix field)) (record)
                    (plist-get record ,(intern (format ":%s" field)))))
               fields)))

(lab-define-getters lab-book title author year)

(defmacro lab-do-grid (spec &rest body)
  "Run BODY for every row and column of a grid."
  (pcase-let ((`(,row ,column ,height ,width) spec))
    `(dotimes (,row ,height)
       (dotimes (,column ,width)
         ,@body))))

(defmacro lab-memoise (function)
  "Let FUNCTION remember what it has answered."
  `(let ((old (symbol-function ',function))
         (known (make-hash-table :test 'equal)))
     (fset ',function
           (lambda (&rest arguments)
             (let ((value (gethash arguments known 'none)))
               (if (eq value 'none)
                   (puthash arguments (apply old arguments) known)
                 value))))))

(defmacro lab-try (form &rest handlers)
  "Evaluate FORM; the first of HANDLERS that fits takes an error."
  `(condition-case problem
       ,form
     ,@(mapcar (lambda (handler)
                 `(,(car handler) (,(cadr handler) (error-message-string problem))))
               handlers)))
