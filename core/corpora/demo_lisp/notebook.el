;;; notebook.el --- a notebook of dated entries

(defgroup lab-notebook nil
  "Dated notes in one file."
  :group 'applications)

(defcustom lab-notebook-file "~/notes.txt"
  "Where the notes are."
  :type 'file
  :group 'lab-notebook)

(defface lab-notebook-date '((t :inherit font-lock-keyword-face))
  "Dates of entries.")

(defvar lab-notebook-map
  (let ((map (make-sparse-keymap)))
    (define-key map (kbd "n") #'lab-notebook-next)
    (define-key map (kbd "p") #'lab-notebook-previous)
    (define-key map (kbd "/") #'lab-notebook-search)
    map))

(defun lab-notebook-insert-date ()
  "Begin an entry of today."
  (interactive)
  (goto-char (point-max))
  (unless (bolp)
    (insert "\n"))
  (insert (propertize (format-time-string "%Y-%m-%d") 'face 'lab-notebook-date) "\n"))

(defun lab-notebook-next ()
  "Go to the next entry."
  (interactive)
  (forward-line 1)
  (unless (re-search-forward "^[0-9]+-[0-9]+-[0-9]+" nil t)
    (message "This is the last entry")))

(defun lab-notebook-previous ()
  "Go to the entry before."
  (interactive)
  (or (re-search-backward "^[0-9]+-[0-9]+-[0-9]+" nil t)
      (message "This is the first entry")))

(defun lab-notebook-entries ()
  "All entries as (DATE . TEXT)."
  (with-temp-buffer
    (insert-file-contents lab-notebook-file)
    (let ((entries nil))
      (while (re-search-forward "^\\([0-9-]+\\)\n" nil t)
        (let ((date (match-string 1))
              (start (point)))
          (push (cons date
                      (buffer-substring start
                                        (save-excursion
                                          (if (re-search-forward "^[0-9-]+\n" nil t)
                                              (match-beginning 0)
                                            (point-max)))))
                entries)))
      (nreverse entries))))

(defun lab-notebook-search (word)
  "Show the dates of the entries that hold WORD."
  (interactive "sWord: ")
  (let ((dates (delq nil (mapcar (lambda (entry)
                                   (and (string-match-p (regexp-quote word) (cdr entry))
                                        (car entry)))
                                 (lab-notebook-entries)))))
    (if dates
        (message "%s" (mapconcat #'identity dates ", "))
      (user-error "Nothing about %s" word))))

(defun lab-notebook-by-month ()
  "How many entries each month has."
  (let ((months nil))
    (dolist (entry (lab-notebook-entries) (sort months (lambda (a b) (string< (car a) (car b)))))
      (let ((month (substring (car entry) 0 7)))
        (setf (alist-get month months 0 nil #'equal)
              (1+ (alist-get month months 0 nil #'equal)))))))

(define-derived-mode lab-notebook-mode text-mode "Notes"
  "Reading the notebook."
  (setq-local truncate-lines nil)
  (use-local-map lab-notebook-map))

(add-hook 'lab-notebook-mode-hook #'visual-line-mode)

(provide 'notebook)
